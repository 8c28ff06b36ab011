// Sorting where there is no table head to click on: on a phone.

import { COLUMNS } from "./columns.js";

const ARROWS = { asc: "↑", desc: "↓" };

/** Bind the select; `sortBy(sort)` is called with the choice. */
export function makeSortMenu(select, sortBy) {
  for (const { key, label, sort } of COLUMNS) {
    if (!sort) continue;
    for (const direction of [sort, sort === "asc" ? "desc" : "asc"]) {
      select.append(new Option(`${label} ${ARROWS[direction]}`, `${key}:${direction}`));
    }
  }
  select.addEventListener("change", () => sortBy(select.value));
  return {
    show(sort) {
      select.value = sort;
    },
  };
}
