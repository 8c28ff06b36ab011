// One line of a video's drawer: a value, and the way to edit it where that is possible.

import { EDITABLE } from "./editable.js";
import { fieldEditor } from "./field-editor.js";
import * as format from "./format.js";
import { pendingText } from "./pending.js";
import { el, fill, icon } from "./ui.js";

const CODES = new Set(["video_id", "channel_id", "asset_id", "custom_id", "isrc", "upc"]);

/**
 * The line of a field: its `nodes`, `update(video)`, which leaves an edit in progress alone, and
 * `isDirty()`. `save(field, value, base)` sends an edit.
 */
export function makeFact(field, video, save) {
  const label = format.fieldLabel(field);
  const place = el("dd", { className: field in EDITABLE ? "editable" : "" });
  const pencil = field in EDITABLE && el("button", {
    type: "button",
    className: "edit-button",
    title: `Edit ${label}`,
    "aria-label": `Edit ${label}`,
    dataset: { edit: field },
    on: { click: edit },
  }, icon("pencil"));
  let known = video;
  let editor = null;

  function draw() {
    const pending = known.pending_edits?.[field];
    const focused = place.contains(document.activeElement);
    fill(place,
      el("span", { className: `fact-value${CODES.has(field) && known[field] ? " code" : ""}`,
        dir: "auto", textContent: format.fieldValue(field, known[field]) }),
      pencil,
      pending && el("span", { className: "pending-note", textContent: pendingText(pending, known[field]) }));
    if (focused) pencil.focus({ preventScroll: true });
  }

  function edit() {
    editor = fieldEditor({
      field,
      value: known[field],
      base: known.updated_at,
      save: async (value, base) => {
        await save(field, value, base);
        close(true);
      },
      close,
    });
    fill(place, editor.node);
    editor.focus();
  }

  function close(back) {
    editor = null;
    draw();
    if (back) pencil.focus();
  }

  draw();
  return {
    nodes: [el("dt", { textContent: label }), place],
    update(news) {
      known = news;
      if (!editor) draw();
    },
    isDirty: () => Boolean(editor?.isDirty()),
  };
}
