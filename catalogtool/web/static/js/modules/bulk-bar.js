// The bar that comes with a choice of videos: how many, all that match, and what to do with them.

import { counted } from "./format.js";
import { find } from "./ui.js";

/** Bind the bar; `run` has `choosePage`, `chooseEverything`, `edit`, `sync`, `send`, `clear`. */
export function makeBulkBar(root, run) {
  const part = (name) => find(name, root);
  part("bulk-page").addEventListener("click", run.choosePage);
  part("bulk-everything").addEventListener("click", run.chooseEverything);
  part("bulk-edit").addEventListener("click", run.edit);
  part("bulk-sync").addEventListener("click", run.sync);
  part("bulk-send")?.addEventListener("click", run.send);
  part("bulk-clear").addEventListener("click", run.clear);

  return {
    /** Show the choice beside the page's videos and the answer that they came with. */
    show(selection, pageIds, answer) {
      root.hidden = selection.isEmpty();
      const all = selection.everything() !== null;
      const ids = selection.ids();
      const away = all ? 0 : ids.filter((id) => !pageIds.includes(id)).length;
      const total = answer && totalOf(answer);
      part("bulk-count").textContent = all ? `All ${total} that match are chosen`
        : `${counted(ids.length, "video")} chosen`;
      part("bulk-away").textContent = away > 0 ? `${away} not on this page` : "";
      const whole = pageIds.length > 0 && pageIds.every(selection.has);
      part("bulk-page").hidden = whole;
      part("bulk-everything").hidden = all || !whole || !answer || answer.total <= pageIds.length;
      part("bulk-everything").textContent = `Choose all ${total} that match`;
    },
  };
}

function totalOf(answer) {
  return answer.total_is_exact === false ? `about ${counted(answer.total, "video")}`
    : counted(answer.total, "video");
}
