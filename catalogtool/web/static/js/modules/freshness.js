// The catalogue changed elsewhere: show it at once where that disturbs nobody, else offer it.

import { on } from "./events.js";
import { find } from "./ui.js";

const REST = 3000;

/** `mayRefresh()` tells whether nobody is in the middle of something; `refresh()` reloads. */
export function watchCatalogue(bar, mayRefresh, refresh) {
  let timer = null;
  let last = 0;

  const run = () => {
    timer = null;
    if (!mayRefresh()) {
      bar.hidden = false;
      return;
    }
    last = Date.now();
    bar.hidden = true;
    refresh();
  };
  on("video_update", () => {
    timer ??= setTimeout(run, Math.max(200, last + REST - Date.now()));
  });
  find("refresh", bar).addEventListener("click", () => {
    bar.hidden = true;
    last = Date.now();
    refresh();
  });
}
