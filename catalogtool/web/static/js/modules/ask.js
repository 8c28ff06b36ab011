// A question before something that touches much; made anew each time and gone afterwards.

import { el } from "./ui.js";

/** Ask; gives true if the person goes on. `text` is one paragraph, or a list of them. */
export function confirmed({ title, text, action, kind = "primary" }) {
  return new Promise((resolve) => {
    const dialog = el("dialog", {
      className: "dialog dialog-small",
      "aria-labelledby": "question",
      on: {
        close: () => {
          resolve(dialog.returnValue === "go");
          dialog.remove();
        },
      },
    }, el("form", { method: "dialog", className: "dialog-form" },
      el("div", { className: "dialog-body" },
        el("h2", { id: "question", textContent: title }),
        [text].flat().map((one) => el("p", { dir: "auto", textContent: one }))),
      el("footer", { className: "dialog-foot" },
        choice("Cancel", "", "quiet"), choice(action, "go", kind))));
    document.body.append(dialog);
    dialog.showModal();
  });
}

function choice(label, value, kind) {
  return el("button", { type: "submit", value, className: `btn btn-sm btn-${kind}`, textContent: label });
}
