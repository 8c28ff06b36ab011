// The table's columns: what each is called, what it shows, and which of them the user wants.

import { api } from "./api.js";
import * as cells from "./cells.js";
import { debounce } from "./ui.js";

const STORED_AS = "catalogtool.columns";

/** `fields` are what a column needs of a video; `sort` is set where the server can sort by it. */
export const COLUMNS = [
  { key: "thumbnail", label: "Picture", fields: [], cell: cells.thumbnail, shown: true, bare: true },
  { key: "title", label: "Title", sort: "asc", cell: cells.title, shown: true, always: true,
    fields: ["title", "is_short", "is_live_stream", "hidden", "pending_edits"] },
  { key: "channel_display_name", label: "Channel", sort: "asc", cell: cells.text, shown: true },
  { key: "views", label: "Views", sort: "desc", cell: cells.count, shown: true, number: true },
  { key: "video_length", label: "Length", sort: "desc", cell: cells.length, shown: true,
    number: true },
  { key: "privacy_status", label: "Privacy", cell: cells.privacy, shown: true },
  { key: "claimed_status", label: "Claim", cell: cells.claim, shown: true,
    fields: ["claimed_status", "claimed_by_another_owner", "other_owners_claiming"] },
  { key: "policy", label: "Policy", cell: cells.policy, shown: true,
    fields: ["policy", "effective_policy"] },
  { key: "last_changes", label: "Last changes", cell: cells.changes, shown: true },
  { key: "updated_at", label: "Updated", sort: "desc", cell: cells.ago, shown: true },
  { key: "asset_id", label: "Asset ID", cell: cells.code, shown: true },
  { key: "custom_id", label: "Custom ID", cell: cells.code, shown: true },
  { key: "isrc", label: "ISRC", cell: cells.code, shown: true },
  { key: "category", label: "Category", sort: "asc", cell: cells.text, shown: true },
  { key: "upc", label: "UPC", cell: cells.code },
  { key: "artist", label: "Artist", cell: cells.list },
  { key: "label", label: "Label", cell: cells.text },
  { key: "genre", label: "Genre", cell: cells.list },
  { key: "time_published", label: "Published", sort: "desc", cell: cells.day, shown: true },
  { key: "video_id", label: "Video ID", cell: cells.code },
  { key: "channel_id", label: "Channel ID", cell: cells.code },
  { key: "upload_source", label: "Upload source", cell: cells.text },
  { key: "administered", label: "Administered", cell: cells.yesNo },
  { key: "last_synced", label: "Last synced", sort: "desc", cell: cells.ago },
  { key: "notes", label: "Notes", cell: cells.text },
];

const known = new Set(COLUMNS.map((column) => column.key));

/** The chosen columns' keys, from this browser; the server's copy follows by `adoptChoice`. */
export function chosenKeys() {
  try {
    const keys = JSON.parse(localStorage.getItem(STORED_AS) ?? "null");
    if (Array.isArray(keys) && keys.some((key) => known.has(key))) return new Set(keys);
  } catch {
    localStorage.removeItem(STORED_AS);
  }
  return usualKeys();
}

export function usualKeys() {
  return new Set(COLUMNS.filter((column) => column.shown).map((column) => column.key));
}

export function chosenColumns(keys) {
  return COLUMNS.filter((column) => column.always || keys.has(column.key));
}

/** The list's `fields` parameter for these columns. */
export function fieldsOf(columns) {
  const fields = new Set(["id", "video_id"]);
  for (const column of columns) (column.fields ?? [column.key]).forEach((name) => fields.add(name));
  return [...fields].join(",");
}

const saveOnServer = debounce(async (columns) => {
  try {
    const { preferences = {} } = (await api.preferences()) ?? {};
    await api.savePreferences({ ...preferences, columns });
  } catch {
    // This browser remembers the choice; another one will show the usual columns.
  }
}, 800);

/** Remember the choice in this browser and, a moment later, with the account. */
export function keepChoice(keys) {
  localStorage.setItem(STORED_AS, JSON.stringify([...keys]));
  saveOnServer([...keys]);
}

/** In a new browser, take over what the account remembers; gives null if there is nothing new. */
export async function adoptChoice() {
  if (localStorage.getItem(STORED_AS)) return null;
  try {
    const { preferences } = await api.preferences();
    if (!Array.isArray(preferences?.columns) || preferences.columns.length === 0) return null;
    localStorage.setItem(STORED_AS, JSON.stringify(preferences.columns));
    return new Set(preferences.columns);
  } catch {
    return null;
  }
}
