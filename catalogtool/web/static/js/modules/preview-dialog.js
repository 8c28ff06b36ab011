// A dialogue that tells what something would do before it is done; made anew each time.

import { ApiError } from "./api.js";
import { explain } from "./toasts.js";
import { button } from "./ui-components.js";
import { announce, debounce, el, fill } from "./ui.js";

const CHANGING_PAUSE = 250;
let opened = 0;

/**
 * Open it. `look(signal)` asks what would happen and gives `nodes` to show, the `action`'s label and
 * whether it is `ready`; it is asked again when one of the `controls` changes. `run()` does it;
 * then the dialogue closes. Whatever the server refuses stands in it. Gives `again()` and `close()`.
 */
export function openPreview({ title, scope, controls, look, run }) {
  opened += 1;
  const name = `preview-title-${opened}`;
  const preview = el("div", { className: "preview" });
  const error = el("div", { className: "field-error", role: "alert" });
  const go = el("button", { type: "submit", className: "btn btn-sm btn-primary", disabled: true,
    textContent: "Go on" });
  const form = el("form", { className: "dialog-form", noValidate: true, on: { submit } },
    el("header", { className: "dialog-head" },
      el("div", {}, el("h2", { id: name, textContent: title }),
        scope && el("p", { className: "muted m-0", dir: "auto", textContent: scope })),
      el("button", { type: "button", className: "btn-close", "aria-label": "Close", on: { click: close } })),
    el("div", { className: "dialog-body", tabIndex: 0, role: "region", "aria-labelledby": name },
      controls && el("div", { className: "form-values", on: { input: changed, change: changed } }, controls),
      error, preview),
    el("footer", { className: "dialog-foot" }, button("Cancel", close), go));
  const dialog = el("dialog", { className: "dialog", "aria-labelledby": name,
    on: { close: () => { running.abort(); dialog.remove(); } } }, form);
  const later = debounce(again, CHANGING_PAUSE);
  let running = new AbortController();
  let doing = false;

  function close() {
    dialog.close();
  }

  function changed() {
    go.disabled = true;
    later();
  }

  /** Ask once more what would happen. */
  async function again() {
    later.cancel();
    await attempt(async (signal) => {
      const { nodes, action, ready } = await look(signal);
      fill(preview, nodes);
      go.textContent = action;
      go.disabled = !ready;
      announce(preview.textContent);
    });
  }

  async function submit(event) {
    event.preventDefault();
    if (go.disabled || doing) return;
    doing = true;
    go.disabled = true;
    await attempt(async () => {
      await run();
      close();
    });
    doing = false;
  }

  async function attempt(action) {
    running.abort();
    const mine = new AbortController();
    running = mine;
    form.setAttribute("aria-busy", "true");
    fill(error);
    try {
      await action(mine.signal);
    } catch (failure) {
      if (failure.name === "AbortError") return;
      if (!(failure instanceof ApiError)) throw failure;
      const said = [failure.message, explain(failure)].filter(Boolean).join(" · ");
      fill(error, el("span", { dir: "auto", textContent: said }), " ", button("Try again", again, { kind: "link" }));
    } finally {
      if (running === mine) form.setAttribute("aria-busy", "false");
    }
  }

  document.body.append(dialog);
  dialog.showModal();
  (dialog.querySelector(".form-values :is(input, select)") ?? dialog.querySelector(".dialog-body")).focus();
  again();
  return { again, close };
}
