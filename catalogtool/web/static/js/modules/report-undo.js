// Undoing everything that one report changed: offered while its changes are being looked at.

import { api } from "./api.js";
import { confirmed } from "./ask.js";
import { toastError } from "./toasts.js";
import { find } from "./ui.js";

/** Bind the bar; `begun(batch)` is called with the undo's batch. Gives `show(reportId)`. */
export function makeReportUndo(bar, begun) {
  let report = "";
  find("report-undo-button", bar)?.addEventListener("click", async () => {
    const agreed = await confirmed({
      title: `Undo all changes of report ${report}?`,
      text: "Every value that it changed goes back to what it was, except where someone has changed "
        + "it since. Videos that the report brought stay. The undo can be undone as well.",
      action: "Undo the report",
    });
    if (!agreed) return;
    try {
      begun((await api.undoReport(report)).batch);
    } catch (error) {
      toastError(error);
    }
  });
  return (id) => {
    report = id ?? "";
    bar.hidden = !report;
    find("report-undo-name", bar).textContent = `Changes of report ${report}`;
  };
}
