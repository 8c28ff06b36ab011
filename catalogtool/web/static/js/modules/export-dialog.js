// Taking what is found home as a file: which columns, in which form; the browser does the rest.

import { COLUMNS } from "./columns.js";
import { queryString } from "./api.js";
import { counted, fieldLabel } from "./format.js";
import { el, fill, find } from "./ui.js";

/** Bind the dialogue; gives the function that opens it for filters, an answer and table columns. */
export function makeExportDialog(dialog) {
  const part = (name) => find(name, dialog);
  const link = part("export-link");
  const names = part("export-columns").dataset.exportColumns.split(",");
  const boxes = names.map((name) => el("input", {
    type: "checkbox", className: "form-check-input", value: name, checked: true,
  }));
  let filters = {};
  let any = true;
  let shown = new Set(names);

  fill(part("export-columns"), boxes.map((box) =>
    el("label", { className: "column-choice" }, box, fieldLabel(box.value))));
  dialog.addEventListener("change", point);
  part("export-all").addEventListener("click", () => choose(new Set(names)));
  part("export-shown").addEventListener("click", () => choose(shown));
  link.addEventListener("click", () => setTimeout(() => dialog.close()));
  for (const one of dialog.querySelectorAll("[data-close]")) one.addEventListener("click", () => dialog.close());

  function choose(wanted) {
    for (const box of boxes) box.checked = wanted.has(box.value);
    point();
  }

  /** The link is always the address of what is chosen. */
  function point() {
    const columns = boxes.filter((box) => box.checked).map((box) => box.value);
    const ready = any && columns.length > 0;
    link.classList.toggle("disabled", !ready);
    if (!ready) {
      link.removeAttribute("href");
      return;
    }
    link.href = `/api/export${queryString({
      ...filters,
      columns: columns.length === names.length ? "" : columns.join(","),
      format: part("export-format").value,
      safe: part("export-safe").checked ? 1 : 0,
    })}`;
  }

  return (chosen, answer, columns) => {
    filters = chosen;
    any = answer.total > 0;
    const fields = COLUMNS.filter((column) => columns.includes(column))
      .flatMap((column) => column.fields ?? [column.key]);
    shown = new Set(["video_id", ...fields].filter((name) => names.includes(name)));
    const about = answer.total_is_exact === false ? "About " : "";
    part("export-count").textContent = `${about}${counted(answer.total, "video")} ${
      answer.total === 1 ? "matches" : "match"} the present search and filters.`;
    point();
    dialog.showModal();
  };
}
