// What became of edits that were sent: taken, there already, changed there meanwhile, or refused.

import { changeList } from "./changes.js";
import { counted, fieldLabel } from "./format.js";
import { el } from "./ui.js";

/** The nodes for a finished task's `result`; an empty list if it tells nothing. */
export function pushOutcome(result) {
  const { sent = {}, confirmed = [], conflicts = {}, not_sent: kept = {} } = result ?? {};
  const others = result?.also_changed_videos ?? 0;
  const taken = Object.keys(sent).length;
  const contrary = names(Object.keys(conflicts));
  return [
    taken > 0 && line(`${counted(taken, "field is", "fields are")} on YouTube now`),
    taken > 0 && changeList(sent),
    others > 0 && line(`${counted(others, "other video")} of the asset changed with it`),
    confirmed.length > 0 && line(`On YouTube already: ${names(confirmed)}`),
    contrary && line(`Changed on YouTube meanwhile and not overwritten: ${contrary}`, "task-missing"),
    ...Object.entries(kept).map(([field, reason]) => line(`${fieldLabel(field)}: ${reason}`, "task-error")),
  ].filter(Boolean);
}

const names = (fields) => fields.map(fieldLabel).join(", ");
const line = (textContent, className = "") => el("p", { className, dir: "auto", textContent });
