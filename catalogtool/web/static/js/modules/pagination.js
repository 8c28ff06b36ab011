// Moving through the list: neighbours by cursor, which no depth makes slow, the rest by number.

import { number, roughly } from "./format.js";
import { find } from "./ui.js";

/** Bind the pager; `go({page, cursor})` shows that page, `resize(perPage)` changes its length. */
export function makePager(root, { go, resize, countExactly }) {
  const part = (name) => find(name, root);
  const input = part("page-number");
  let shown = { page: 1, pages: 1, next: "", previous: "" };

  part("page-first").addEventListener("click", () => go({ page: 1, cursor: "" }));
  part("page-previous").addEventListener("click", () =>
    go({ page: shown.page - 1, cursor: shown.page > 2 ? shown.previous : "" }));
  part("page-next").addEventListener("click", () => go({ page: shown.page + 1, cursor: shown.next }));
  part("per-page").addEventListener("change", (event) => resize(Number(event.target.value)));
  part("count-exactly").addEventListener("click", countExactly);
  input.addEventListener("change", () => {
    const page = Math.min(Math.max(1, Number.parseInt(input.value, 10) || 1), shown.pages);
    input.value = page;
    if (page !== shown.page) go({ page, cursor: "" });
  });

  return {
    /** Show where the list stands, from the state and the server's answer. */
    update(state, answer) {
      const pages = Math.max(1, answer.pages ?? 1);
      const needed = Math.ceil(answer.total / state.per_page);
      shown = {
        page: state.page,
        pages,
        next: answer.next_cursor ?? "",
        previous: answer.prev_cursor ?? "",
      };
      root.hidden = answer.total === 0 && state.page === 1;
      part("page-first").disabled = shown.page <= 1;
      part("page-previous").disabled = shown.page <= 1;
      part("page-next").disabled = !shown.next && shown.page >= pages;
      if (document.activeElement !== input) input.value = shown.page;
      input.max = Math.max(pages, shown.page);
      // Beyond the pages that can be named the list goes on, from neighbour to neighbour.
      part("page-count").textContent = `of ${number(pages)}${pages < needed ? "+" : ""}`;
      part("page-count").title = pages < needed
        ? `Pages up to ${number(pages)} can be gone to by number; Next goes on from there` : "";
      part("per-page").value = String(state.per_page);
      showRange(part, state, answer);
    },
  };
}

/** "41–60 of 1,234 videos"; an estimate is rounded and says about. */
function showRange(part, state, answer) {
  const first = (state.page - 1) * state.per_page + 1;
  const last = first + answer.videos.length - 1;
  const exact = answer.total_is_exact !== false;
  const total = exact ? number(answer.total) : `about ${roughly(answer.total)}`;
  const range = answer.videos.length ? `${number(first)}–${number(last)} of ` : "";
  part("range").textContent = `${range}${total} ${answer.total === 1 ? "video" : "videos"}`;
  part("count-exactly").hidden = exact;
}
