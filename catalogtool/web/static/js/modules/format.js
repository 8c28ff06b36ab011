// Values as people read them; every function takes null and gives an empty text for it.

const whole = new Intl.NumberFormat("en");
const short = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });
const day = new Intl.DateTimeFormat("en-CA", { dateStyle: "short" });
const moment = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "short" });
const hour = new Intl.DateTimeFormat("en-GB", { timeStyle: "short" });
const dayOfYear = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short" });
const relative = new Intl.RelativeTimeFormat("en", { numeric: "auto", style: "short" });

const known = (value) => value !== null && value !== undefined && value !== "";

export const number = (value) => (known(value) ? whole.format(value) : "");
export const compact = (value) => (known(value) ? short.format(value) : "");

/** Three significant digits, for totals that are estimates: 1,234,567 becomes 1,230,000. */
export function roughly(value) {
  return whole.format(Number(Number(value).toPrecision(3)));
}

/** Seconds as 3:07 or 1:02:07. */
export function duration(seconds) {
  if (!known(seconds)) return "";
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const shown = parts[0] ? parts : parts.slice(1);
  return shown.map((part, at) => (at ? String(part).padStart(2, "0") : part)).join(":");
}

/** How long a piece of work took: 0.8 s, 12 s, 3 min 20 s. */
export function took(seconds) {
  if (!known(seconds)) return "";
  if (seconds < 10) return `${Number(seconds).toFixed(1)} s`;
  if (seconds < 60) return `${Math.round(seconds)} s`;
  return `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
}

export function bytes(size) {
  if (!known(size)) return "";
  const units = ["B", "kB", "MB", "GB", "TB"];
  let at = 0;
  let value = Number(size);
  while (value >= 1000 && at < units.length - 1) {
    value /= 1000;
    at += 1;
  }
  return `${at && value < 100 ? value.toFixed(1) : Math.round(value)} ${units[at]}`;
}

export const date = (text) => (known(text) ? day.format(new Date(text)) : "");
export const time = (text) => (known(text) ? moment.format(new Date(text)) : "");

/** "5 min ago" within the last month, the date before that. */
export function ago(text, now = Date.now()) {
  if (!known(text)) return "";
  const seconds = (new Date(text).getTime() - now) / 1000;
  const past = Math.abs(seconds);
  if (past < 45) return "just now";
  if (past < 3600) return relative.format(Math.round(seconds / 60), "minute");
  if (past < 86400) return relative.format(Math.round(seconds / 3600), "hour");
  if (past < 2592000) return relative.format(Math.round(seconds / 86400), "day");
  return date(text);
}

/** A moment near now, as one says it: 14:20 today, else "tomorrow, 03:10" or "24 Nov, 03:10". */
export function clock(text, now = Date.now()) {
  if (!known(text)) return "";
  const on = dayName(new Date(text), now);
  return `${on && `${on}, `}${hour.format(new Date(text))}`;
}

/** The same after a verb: "at 14:20", "tomorrow at 03:10", "on 24 Nov at 03:10". */
export function at(text, now = Date.now()) {
  if (!known(text)) return "";
  const on = dayName(new Date(text), now);
  const day = /^\d/.test(on) ? `on ${on}` : on;
  return `${day && `${day} `}at ${hour.format(new Date(text))}`;
}

function dayName(moment, now) {
  const days = Math.round((new Date(moment).setHours(12, 0, 0, 0) - new Date(now).setHours(12, 0, 0, 0))
    / 86400000);
  return { "-1": "yesterday", 0: "", 1: "tomorrow" }[days] ?? dayOfYear.format(moment);
}

/** The name of a field as a label: `effective_policy` becomes Effective policy. */
export function fieldLabel(field) {
  const special = { isrc: "ISRC", upc: "UPC", video_id: "Video ID", asset_id: "Asset ID",
    custom_id: "Custom ID", channel_id: "Channel ID", is_short: "Short",
    channel_display_name: "Channel", video_length: "Length", time_published: "Published",
    is_live_stream: "Live stream", claimed_status: "Claim status", privacy_status: "Privacy", updated_at: "Updated" };
  if (special[field]) return special[field];
  const words = field.replace(/_enabled$/, "").replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** "1 video", "1,234 videos"; `many` only where an s is not enough. */
export function counted(count, one, many = `${one}s`) {
  return `${number(count)} ${count === 1 ? one : many}`;
}

/** Any stored value as one line of text. */
export function plain(value) {
  if (!known(value)) return "–";
  if (Array.isArray(value)) return value.length ? value.join(", ") : "–";
  if (typeof value === "boolean") return value ? "Yes" : "No";
  if (typeof value === "number") return number(value);
  if (typeof value === "object") return JSON.stringify(value);
  return String(value);
}

const TIMES = new Set(["time_published", "administered_at", "updated_at", "last_synced"]);

/** A field's stored value as people read it. */
export function fieldValue(field, value) {
  if (field === "video_length") return duration(value) || "–";
  if (TIMES.has(field)) return time(value) || "–";
  return plain(value);
}
