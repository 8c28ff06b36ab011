// How much a large sync or push would be, to be read before it is begun.

import { clock, number } from "./format.js";
import { el } from "./ui.js";

/** The dry run's figures: how many, the units that they cost, when they would be done; or `nothing`. */
export function figuresOf({ count, units, estimated_completion: end }, nothing) {
  if (!count) return el("p", { className: "preview-count", textContent: nothing });
  return el("dl", { className: "counts" },
    figure("Videos", number(count)),
    figure("Units of quota", number(units)),
    end && figure("Done about", clock(end)));
}

function figure(label, value) {
  return el("div", { className: "figure" }, el("dt", { textContent: label }), el("dd", { textContent: value }));
}
