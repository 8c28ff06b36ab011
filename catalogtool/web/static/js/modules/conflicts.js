// What was edited here and changed on YouTube as well: both values, and who shall win.

import { ago, fieldLabel, plain, time } from "./format.js";
import { button } from "./ui-components.js";
import { el } from "./ui.js";

export const isConflict = (edit) => Boolean(edit?.theirs_at);

/** The fields of a video on which YouTube and the people here differ, with their edits. */
export function conflictsOf(video) {
  return Object.entries(video.pending_edits ?? {}).filter(([, edit]) => isConflict(edit));
}

/** A card for one; `actions` are `resolve(field, take, theirs)` and `send(field)`. */
export function conflictCard([field, edit], actions) {
  const label = fieldLabel(field);
  return el("li", { className: "conflict", dataset: { conflict: field } },
    el("p", {}, el("strong", { textContent: label }), " was changed on YouTube as well, ",
      el("time", { dateTime: edit.theirs_at, title: time(edit.theirs_at), textContent: ago(edit.theirs_at) })),
    bothValues(edit.theirs, edit.value, edit.by),
    el("div", { className: "editor-buttons" },
      button("Take theirs", () => actions.resolve(field, "theirs", edit.theirs),
        { title: `${label}: YouTube's value stands here too, the edit is dropped` }),
      button("Keep mine", () => actions.resolve(field, "mine", edit.theirs),
        { title: `${label}: the edit stays and waits to be sent` }),
      button("Send mine anyway…", () => actions.send(field),
        { title: `${label}: the edit replaces YouTube's value` })));
}

/** YouTube's value beside ours. */
export function bothValues(theirs, mine, by) {
  return el("dl", { className: "both-values" },
    el("div", {}, el("dt", { textContent: "On YouTube" }), el("dd", { dir: "auto", textContent: plain(theirs) })),
    el("div", {}, el("dt", {}, "Here", by && [", by ", el("bdi", { textContent: by })]),
      el("dd", { dir: "auto", textContent: plain(mine) })));
}
