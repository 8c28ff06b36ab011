// What a bulk change would do: how many videos, and a few of them from old to new.

import { changeList } from "./changes.js";
import { counted } from "./format.js";
import { el } from "./ui.js";

/** The answer of a dry run, to be read. */
export function previewOf({ matched, would_change: changing, examples }) {
  const same = matched - changing;
  const rest = changing - examples.length;
  return [
    el("p", { className: "preview-count" },
      el("strong", { textContent: `${counted(changing, "video")} will change.` }),
      same > 0 && ` ${counted(same, "video")} ${same === 1 ? "stays as it is" : "stay as they are"}.`),
    examples.length > 0 && el("ul", { className: "examples" }, examples.map((one) =>
      el("li", {},
        el("span", { className: "example-title", dir: "auto", textContent: one.title || one.video_id }),
        changeList(one.changes)))),
    rest > 0 && el("p", { className: "muted small m-0", textContent: `and ${counted(rest, "more", "more")}` }),
  ];
}
