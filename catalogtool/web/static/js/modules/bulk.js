// Choosing videos in the table and changing them together: boxes, bar, dialogue and running work.

import { makeBulkBar } from "./bulk-bar.js";
import { makeBulkDialog } from "./bulk-dialog.js";
import { counted } from "./format.js";
import { sendChosen } from "./push-dialog.js";
import { makeSelection } from "./selection.js";
import { syncChosen } from "./sync-dialogs.js";
import { find } from "./ui.js";
import { makeWorkStrip } from "./work-strip.js";

/**
 * Bind the boxes of the table and what comes with them. `pageIds()`, `answer()` and `filters()` tell
 * what the table shows; `changed()` is called when its boxes have to be ticked anew.
 */
export function makeBulk({ table, pageIds, answer, filters, changed }) {
  const selection = makeSelection(() => {
    changed();
    show();
  });
  const bar = makeBulkBar(find("bulk-bar"), {
    choosePage: () => selection.togglePage(pageIds(), true),
    chooseEverything: () => selection.chooseEverything(filters()),
    clear: () => selection.clear(),
    edit: () => dialog.open(...target()),
    sync: () => syncChosen(...target(), () => selection.clear()),
    send: () => sendChosen(...target(), () => selection.clear()),
  });
  const strip = makeWorkStrip(find("work"));
  const dialog = makeBulkDialog(find("bulk"), (batch) => {
    selection.clear();
    strip.add(batch);
  });

  // A click tells of the Shift key, which the change event does not.
  table.addEventListener("click", ({ target, shiftKey }) => {
    if (target.matches("[data-choose]")) {
      selection.toggle(target.dataset.choose, target.checked, pageIds(), shiftKey);
    }
  });
  // Otherwise Shift and a click mark the text between.
  table.addEventListener("mousedown", (event) => {
    if (event.shiftKey && event.target.closest(".choose-box")) event.preventDefault();
  });

  /** What is chosen, as the API takes it, and in words. */
  function target() {
    const filter = selection.everything();
    const ids = selection.ids();
    if (!filter) return [{ video_ids: ids }, counted(ids.length, "chosen video")];
    return [{ filter }, Object.keys(filter).length
      ? "All videos that match the present search and filters" : "All videos of the catalogue"];
  }

  function show() {
    bar.show(selection, pageIds(), answer());
  }

  return {
    show,
    isChosen: selection.has,
    isIdle: selection.isEmpty,
    choosePage: (on) => selection.togglePage(pageIds(), on),
    filtersChanged: selection.filtersChanged,
  };
}
