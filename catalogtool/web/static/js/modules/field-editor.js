// One field being edited where it stands: Enter saves, Escape leaves it as it was.

import { EDITABLE, isSame } from "./editable.js";
import { fieldInput } from "./field-input.js";
import { ago, fieldLabel, plain } from "./format.js";
import { reasonOf, theirChange } from "./saving.js";
import { button } from "./ui-components.js";
import { announce, el, fill } from "./ui.js";

/**
 * The form for a field. `save(value, base)` sends it; `base` is the moment as of which the person
 * saw the old value. `close(back)` ends it; `back` tells whether the focus returns to the field.
 */
export function fieldEditor({ field, value, base, save, close }) {
  const said = `said-${field}`;
  const input = fieldInput(field, value, { "aria-describedby": said });
  const message = el("div", { className: "field-said", id: said, textContent: EDITABLE[field].hint ?? "" });
  const buttons = el("div", { className: "editor-buttons" });
  const form = el("form", {
    className: "editor",
    noValidate: true,
    "aria-label": `Edit ${fieldLabel(field)}`,
    on: { submit: (event) => (event.preventDefault(), send(base)), keydown },
  }, input.node, message, buttons);
  const usual = [
    el("button", { type: "submit", className: "btn btn-sm btn-primary", textContent: "Save" }),
    button("Cancel", () => close(true)),
  ];
  fill(buttons, usual);

  const isDirty = () => !isSame(input.read(), value);

  async function send(asOf) {
    if (form.getAttribute("aria-busy") === "true") return;
    if (!isDirty()) {
      close(true);
      return;
    }
    busy(true);
    try {
      await save(input.read(), asOf);
      announce(`${fieldLabel(field)} is saved`);
    } catch (error) {
      busy(false);
      if (error.status === 409) askWhose(error);
      else refuse(reasonOf(error, field));
    }
  }

  function busy(on) {
    form.setAttribute("aria-busy", String(on));
    for (const one of form.elements) one.disabled = on;
  }

  function refuse(text) {
    fill(message, el("span", { className: "field-error", role: "alert", dir: "auto", textContent: text }));
    for (const one of form.querySelectorAll("input, textarea, select")) one.setAttribute("aria-invalid", "true");
    input.focus();
  }

  /** Someone changed this field meanwhile: their value, or this one on top of it. */
  function askWhose(error) {
    const theirs = theirChange(error, field);
    const now = error.details.updated_at ?? base;
    fill(message, el("div", { className: "conflict", role: "alert" },
      theirs ? whoChanged(theirs, field) : el("p", { textContent: error.message })));
    fill(buttons,
      button("Take theirs", () => close(true)),
      button("Keep mine", () => send(now), { kind: "primary" }));
    buttons.firstChild.focus();
  }

  function keydown(event) {
    if (event.key === "Escape") {
      event.preventDefault();
      event.stopPropagation();
      close(true);
    }
    if (event.key !== "Enter" || event.isComposing || event.target.tagName === "BUTTON") return;
    const newLine = event.target.tagName === "TEXTAREA"
      && (event.shiftKey || matchMedia("(pointer: coarse)").matches);
    if (newLine) return;
    event.preventDefault();
    form.requestSubmit(usual[0].isConnected ? usual[0] : undefined);
  }

  return { node: form, focus: input.focus, isDirty };
}

function whoChanged(record, field) {
  const who = record.user || (record.source === "report" ? "A report" : "Someone");
  return el("p", {},
    el("bdi", { textContent: who }), ` changed this ${ago(record.sync_time)} to `,
    el("strong", { dir: "auto", textContent: plain(record.changes[field][1]) }));
}
