// The administration page: how this installation is.

import { request } from "./modules/api.js";
import { fieldLabel, plain, time } from "./modules/format.js";
import { el, fill, find } from "./modules/ui.js";
import { errorState } from "./modules/ui-components.js";

async function showHealth() {
  try {
    const { timestamp, ...health } = await request("GET", "/health");
    fill(find("health-facts"), Object.entries({ ...health, checked: time(timestamp) }).map(lines));
    fill(find("health-state"));
  } catch (error) {
    fill(find("health-state"), errorState(error, showHealth));
  }
}

/** One line a value; what is nested stands in lines of its own. */
function lines([name, value]) {
  if (value && typeof value === "object") {
    return Object.entries(value).flatMap(([inner, one]) => lines([`${name} ${inner}`, one]));
  }
  return [el("dt", { textContent: fieldLabel(name) }), el("dd", { textContent: plain(value) })];
}

showHealth();
