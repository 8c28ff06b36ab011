// The kinds of tasks that YouTube is asked or told something with, in people's words.

export const TASK_TYPES = {
  metadata_sync: { name: "Video data", about: "title, privacy, views and the like", asks: "Asking YouTube…" },
  ownership_update: { name: "Claims and ownership", about: "claims, policies and who owns what",
    asks: "Asking YouTube…" },
  asset_enrichment: { name: "Codes and artists", about: "ISRC, UPC, artists, genres and label of the asset",
    asks: "Asking YouTube…" },
  metadata_push: { name: "Sending edits", about: "what was edited here goes to YouTube",
    asks: "Sending to YouTube…" },
};

export const taskName = (type) => TASK_TYPES[type]?.name ?? type;

const STATES = ["pending", "processing", "completed", "failed"];

/** The tasks of all types together, by state. */
export function totalsOf(queue) {
  const totals = Object.fromEntries(STATES.map((state) => [state, 0]));
  for (const type of Object.keys(TASK_TYPES)) {
    for (const state of STATES) totals[state] += queue?.[type]?.[state] ?? 0;
  }
  return totals;
}
