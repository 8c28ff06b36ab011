// The rows of an import that could not be used: number, column, rule and value.

import { api } from "./api.js";
import { number } from "./format.js";
import { el, fill, find } from "./ui.js";
import { toastError } from "./toasts.js";
import { errorState, state } from "./ui-components.js";

const PER_PAGE = 50;

/** Bind the drawer; gives the function that opens it for a report. */
export function makeRejected(root) {
  const drawer = new window.bootstrap.Offcanvas(root);
  const part = (name) => find(name, root);
  let report;
  let page = 1;

  part("rejected-previous").addEventListener("click", () => show(page - 1));
  part("rejected-next").addEventListener("click", () => show(page + 1));

  part("rejected-download").addEventListener("click", async () => {
    try {
      await api.rejectedFile(report.id);
    } catch (error) {
      toastError(error);
    }
  });

  async function show(wanted) {
    page = wanted;
    try {
      draw(await api.rejected(report.id, { page, per_page: PER_PAGE }));
    } catch (error) {
      fill(part("rejected-state"), errorState(error, () => show(page)));
    }
  }

  function draw(answer) {
    const rows = answer.errors;
    fill(part("rejected-rows"), rows.map(row));
    fill(part("rejected-state"), rows.length === 0 && state({ title: "No rejected rows" }));
    part("rejected-count").textContent = answer.total === 1
      ? "1 row" : `${number(answer.total)} rows`;
    part("rejected-page").textContent = `${number(page)} / ${number(Math.max(1, answer.pages))}`;
    part("rejected-previous").disabled = page <= 1;
    part("rejected-next").disabled = page >= answer.pages;
  }

  return (chosen) => {
    report = chosen;
    part("rejected-name").textContent = report.filename.split("/").pop();
    fill(part("rejected-rows"));
    fill(part("rejected-state"), state({ title: "Loading…" }));
    drawer.show();
    show(1);
  };
}

function row(error) {
  return el("tr", {},
    el("td", { className: "number", textContent: number(error.row_number) }),
    el("td", { className: "code", textContent: error.column ?? "–" }),
    el("td", { textContent: error.rule }),
    el("td", {}, el("bdi", { className: "code rejected-value", textContent: error.value ?? "" })));
}
