// What the selects of the filter bar offer, from what the catalogue holds.

import { api } from "./api.js";

/** Fill each select with the values that the catalogue has for its facet. */
export async function offerFacets(selects) {
  let facets;
  try {
    ({ facets } = await api.facets());
  } catch {
    return;
  }
  for (const [name, select] of Object.entries(selects)) offer(select, facets[name] ?? []);
}

/** The first option is the empty one; a choice that is made already stays. */
function offer(select, values) {
  const chosen = select.value;
  const all = chosen && !values.includes(chosen) ? [...values, chosen] : values;
  select.replaceChildren(select.options[0], ...all.map((value) => new Option(value, value)));
  select.value = chosen;
}
