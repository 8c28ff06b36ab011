// Starting imports of the chosen files, with their options.

import { api } from "./api.js";
import { find } from "./ui.js";
import { toast, toastError } from "./toasts.js";

/** Bind the form below the list of files; `started(reportIds)` is called after the server agreed. */
export function makeProcessForm(form, started) {
  const button = find("process-button", form);
  let files = [];

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (files.length === 0) return;
    button.disabled = true;
    try {
      const answer = await api.process({
        files,
        exclude_shorts: find("exclude-shorts", form).checked,
        dry_run: find("dry-run", form).checked,
      });
      const count = answer.report_ids.length;
      toast(count === 1 ? "1 import is queued" : `${count} imports are queued`, "good");
      started(answer.report_ids);
    } catch (error) {
      toastError(error);
    }
    show(files);
  });

  function show(keys) {
    files = keys;
    button.disabled = files.length === 0;
    button.textContent = files.length > 1 ? `Process ${files.length} files` : "Process";
    find("chosen-count", form).textContent = files.length
      ? `${files.length} chosen` : "Choose the files to process";
  }

  show(files);
  return { show };
}
