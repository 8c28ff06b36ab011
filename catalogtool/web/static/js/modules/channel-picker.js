// Choosing some channels by name, out of more than a list could show.

import { offerChannels } from "./autocomplete.js";
import { el, fill, icon } from "./ui.js";

/** A field that gathers names; `changed()` is called after every change. Gives `node` and `names()`. */
export function makeChannelPicker(changed) {
  const chosen = new Set();
  const chips = el("div", { className: "chips" });
  const offers = el("datalist", { id: "picker-channels" });
  const input = el("input", {
    type: "text",
    id: "picker-channel",
    className: "form-control form-control-sm",
    dir: "auto",
    autocomplete: "off",
    spellcheck: false,
    placeholder: "All channels; type a name to choose some",
    on: { keydown, input: take, change: () => add(input.value) },
  });
  input.setAttribute("list", offers.id);

  function keydown(event) {
    if (event.key !== "Enter" || event.isComposing || !input.value.trim()) return;
    event.preventDefault();
    add(input.value);
  }

  /** A suggestion that was picked comes whole, at once. */
  function take(event) {
    event.stopPropagation();
    if ([...offers.options].some((option) => option.value === input.value)) add(input.value);
  }

  function add(name) {
    if (!name.trim()) return;
    chosen.add(name.trim());
    input.value = "";
    draw();
  }

  function draw() {
    fill(chips, [...chosen].map((name) => el("span", { className: "chip" },
      el("bdi", { textContent: name }),
      el("button", { type: "button", className: "chip-remove", "aria-label": `Leave out ${name}`,
        on: { click: () => { chosen.delete(name); draw(); input.focus(); } } }, icon("close")))));
    changed();
  }

  const node = el("div", {},
    el("label", { for: input.id, className: "form-name", textContent: "Channels" }), input, offers, chips);
  // The browser's list of suggestions works only for a field that is in the page.
  setTimeout(() => offerChannels(input));
  return { node, names: () => [...chosen] };
}
