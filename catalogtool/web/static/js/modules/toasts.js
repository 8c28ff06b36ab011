// Short messages in the corner; an error stays until it is closed, the rest go by themselves.

import { ApiError } from "./api.js";
import { fieldLabel } from "./format.js";
import { el, find } from "./ui.js";

/** Show a message; `kind` is `good`, `bad` or `plain`. */
export function toast(message, kind = "plain", detail = "") {
  const node = el("div", {
    className: `toast toast-${kind}`,
    role: kind === "bad" ? "alert" : "status",
    "aria-atomic": "true",
  },
  el("div", { className: "d-flex" },
    el("div", { className: "toast-body" },
      el("div", { textContent: message, dir: "auto" }),
      detail && el("div", { className: "muted small text-break", textContent: detail, dir: "auto" })),
    el("button", {
      type: "button",
      className: "btn-close me-2 mt-2 ms-auto",
      "data-bs-dismiss": "toast",
      "aria-label": "Close",
    })));
  find("toasts").append(node);
  node.addEventListener("hidden.bs.toast", () => node.remove());
  new window.bootstrap.Toast(node, { autohide: kind !== "bad", delay: 5000 }).show();
}

/** Show why a request failed: the message, then the field and the rule where the server says so. */
export function toastError(error) {
  if (error.name === "AbortError") return;
  if (!(error instanceof ApiError)) throw error;
  toast(error.message, "bad", explain(error));
}

/** What `details` say, as one line. */
export function explain(error) {
  const { field, rule, ...others } = error.details;
  const parts = [];
  if (field) parts.push(rule ? `${fieldLabel(String(field))}: ${rule}` : fieldLabel(String(field)));
  else if (rule) parts.push(String(rule));
  for (const [name, value] of Object.entries(others)) {
    parts.push(`${fieldLabel(name)}: ${Array.isArray(value) ? value.join(", ") : text(value)}`);
  }
  return parts.join(" · ");
}

const text = (value) => (typeof value === "object" ? JSON.stringify(value) : String(value));
