// What the catalogue shows, kept in the address: shareable, and the back button works.

import { queryString } from "./api.js";

export const DEFAULT_SORT = "updated_at:desc";
const PAGING = ["sort", "page", "per_page", "cursor"];

/** The parts of the address that this screen knows; `filters` are the names of the filter form. */
export function readQuery(filterNames) {
  const query = new URLSearchParams(window.location.search);
  const filters = {};
  for (const name of filterNames) {
    const value = query.get(name);
    if (value) filters[name] = value;
  }
  return {
    filters,
    sort: query.get("sort") ?? DEFAULT_SORT,
    page: Math.max(1, Number.parseInt(query.get("page") ?? "1", 10) || 1),
    per_page: Number.parseInt(query.get("per_page") ?? "0", 10) || 0,
    cursor: query.get("cursor") ?? "",
    video: query.get("video") ?? "",
  };
}

/** The address of this state, without what is as usual. */
export function addressOf(state, usualPerPage) {
  return window.location.pathname + (queryString({
    ...state.filters,
    sort: state.sort === DEFAULT_SORT ? "" : state.sort,
    page: state.page > 1 ? state.page : "",
    per_page: state.per_page === usualPerPage ? "" : state.per_page,
    cursor: state.cursor,
    video: state.video,
  }));
}

/** The parameters of the list route; the page is left out where a cursor says it better. */
export function parametersOf(state) {
  const chosen = { ...state.filters };
  for (const name of PAGING) chosen[name] = state[name];
  if (state.cursor) delete chosen.page;
  return chosen;
}
