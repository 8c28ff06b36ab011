// Changing many videos: choose what, see what it would do, then do it.

import { ApiError, api } from "./api.js";
import { previewOf } from "./bulk-preview.js";
import { valueInputs } from "./bulk-values.js";
import { EDITABLE } from "./editable.js";
import { counted, fieldLabel } from "./format.js";
import { changesOf, lacking, operationsOn } from "./operations.js";
import { announce, el, fill, find } from "./ui.js";
import { explain } from "./toasts.js";

/** Bind the dialogue; `applied(batch)` is called when the server has taken the change. */
export function makeBulkDialog(dialog, applied) {
  const part = (name) => find(name, dialog);
  const field = part("bulk-field");
  const operation = part("bulk-operation");
  const apply = part("bulk-apply");
  const form = part("bulk-form");
  let target = {};
  let readValues;
  let running = new AbortController();
  let tried = null;

  field.append(...Object.keys(EDITABLE).map((name) => new Option(fieldLabel(name), name)));
  field.addEventListener("change", drawOperations);
  operation.addEventListener("change", drawValues);
  part("bulk-values").addEventListener("input", forget);
  part("bulk-values").addEventListener("click", (event) => event.target.closest("button") && forget());
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    forget();
    attempt(preview);
  });
  apply.addEventListener("click", () => attempt(send));
  dialog.addEventListener("close", () => running.abort());
  for (const one of dialog.querySelectorAll("[data-close]")) one.addEventListener("click", () => dialog.close());

  function drawOperations() {
    fill(operation, operationsOn(field.value).map(([name, label]) => new Option(label, name)));
    drawValues();
  }

  function drawValues() {
    readValues = valueInputs(part("bulk-values"), field.value, operation.value);
    forget();
  }

  /** What was tried is no longer what stands in the form. */
  function forget() {
    running.abort();
    tried = null;
    fill(part("bulk-preview"));
    say("");
    apply.disabled = true;
    apply.textContent = "Apply";
  }

  async function attempt(action) {
    const mine = new AbortController();
    running = mine;
    form.setAttribute("aria-busy", "true");
    try {
      await action(mine.signal);
    } catch (error) {
      if (error.name === "AbortError") return;
      if (!(error instanceof ApiError)) throw error;
      forget();
      say([error.message, explain(error)].filter(Boolean).join(" · "));
    } finally {
      if (running === mine) form.setAttribute("aria-busy", "false");
    }
  }

  async function preview(signal) {
    const values = readValues();
    const missing = lacking(field.value, operation.value, values);
    if (missing) {
      say(missing);
      return;
    }
    const body = { ...target, changes: changesOf(field.value, operation.value, values) };
    const answer = await api.bulkUpdate({ ...body, dry_run: true }, signal);
    tried = { ...body, preview: answer.preview };
    fill(part("bulk-preview"), previewOf(answer));
    const count = answer.would_change;
    apply.disabled = count === 0;
    apply.textContent = count === 0 ? "Nothing to change" : `Change ${counted(count, "video")}`;
    announce(part("bulk-preview").firstChild.textContent);
  }

  /** From here on there is no way back but the batch's own. */
  async function send() {
    apply.disabled = true;
    const { batch } = await api.bulkUpdate(tried);
    dialog.close();
    applied(batch);
  }

  function say(text) {
    fill(part("bulk-error"), text && el("span", { dir: "auto", textContent: text }));
  }

  return {
    /** Open it for `{video_ids}` or `{filter}`; `scope` says in words what that is. */
    open(chosen, scope) {
      target = chosen;
      part("bulk-scope").textContent = scope;
      if (!operation.value) drawOperations();
      forget();
      dialog.showModal();
      field.focus();
    },
  };
}
