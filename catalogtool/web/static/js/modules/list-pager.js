// "Newer 2 / 14 Older" below a list that the server gives page by page.

import { number } from "./format.js";
import { find } from "./ui.js";

/** Bind the pager; `go(page)` shows a page. */
export function makeListPager(root, go) {
  let page = 1;
  find("pager-previous", root).addEventListener("click", () => go(page - 1));
  find("pager-next", root).addEventListener("click", () => go(page + 1));
  return {
    show({ current_page: current, pages }) {
      page = current;
      root.hidden = pages <= 1 && page <= 1;
      find("pager-page", root).textContent = `${number(page)} / ${number(Math.max(1, pages))}`;
      find("pager-previous", root).disabled = page <= 1;
      find("pager-next", root).disabled = page >= pages;
    },
  };
}
