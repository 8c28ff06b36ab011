// The catalogue: filters, table, pager and drawer around one state, which the address shows.

import { api } from "./modules/api.js";
import { offerChannels } from "./modules/autocomplete.js";
import { makeColumnChooser } from "./modules/column-chooser.js";
import { adoptChoice, chosenColumns, chosenKeys, fieldsOf } from "./modules/columns.js";
import { makeDetail } from "./modules/detail.js";
import { offerFacets } from "./modules/facets.js";
import { makeFilters } from "./modules/filters.js";
import { watchCatalogue } from "./modules/freshness.js";
import { number } from "./modules/format.js";
import { nothingFound } from "./modules/nothing-found.js";
import { makePager } from "./modules/pagination.js";
import { addressOf, parametersOf, readQuery } from "./modules/query.js";
import { makeSortMenu } from "./modules/sort-menu.js";
import { drawHead, drawPlaceholders, drawRows, markOpen } from "./modules/table.js";
import { announce, find } from "./modules/ui.js";
import { errorState } from "./modules/ui-components.js";

const USUAL_PER_PAGE = 50;
const table = find("videos");
const scroller = find("table-scroll");
const placeForState = find("list-state");

let columns = chosenColumns(chosenKeys());
let state;
let running;
let typing = false;
let exactly = false;

const filters = makeFilters(find("filters"), find("chips"), (chosen, { typing: now }) => {
  const replace = now && typing;
  typing = now;
  change({ filters: chosen, page: 1, cursor: "" }, { replace });
});
const pager = makePager(find("pager"), {
  go: (place) => change(place, { toTop: true }),
  resize: (perPage) => {
    localStorage.setItem("catalogtool.per_page", perPage);
    change({ per_page: perPage, page: 1, cursor: "" });
  },
  countExactly: () => {
    exactly = true;
    load();
  },
});
const detail = makeDetail(find("detail"), () => note({ video: "" }));
const sortMenu = makeSortMenu(find("sort-menu"), sortBy);
const chooser = makeColumnChooser(find("columns"), showColumns);

/** Take on a part of a new state, show its address and load what it asks for. */
function change(part, { replace = false, toTop = true } = {}) {
  note(part, replace);
  exactly = false;
  if (toTop) scroller.scrollTop = 0;
  load();
}

function sortBy(sort) {
  change({ sort, page: 1, cursor: "" });
}

function note(part, replace = false) {
  state = { ...state, ...part };
  const address = addressOf(state, USUAL_PER_PAGE);
  history[replace ? "replaceState" : "pushState"](null, "", address);
  markOpen(table.tBodies[0], state.video);
}

async function load() {
  running?.abort();
  const mine = new AbortController();
  running = mine;
  table.setAttribute("aria-busy", "true");
  drawHead(table.tHead, columns, state.sort, sortBy);
  sortMenu.show(state.sort);
  if (!table.tBodies[0].rows.length) drawPlaceholders(table.tBodies[0], columns, 12);
  try {
    const answer = await api.videos({
      ...parametersOf(state),
      fields: fieldsOf(columns),
      count: exactly ? "exact" : "",
    }, mine.signal);
    show(answer);
  } catch (error) {
    if (error.name === "AbortError") return;
    table.hidden = true;
    placeForState.replaceChildren(errorState(error, load));
  }
  table.setAttribute("aria-busy", "false");
}

function show(answer) {
  drawRows(table.tBodies[0], columns, answer.videos);
  markOpen(table.tBodies[0], state.video);
  pager.update(state, answer);
  table.hidden = answer.videos.length === 0;
  placeForState.replaceChildren(...(answer.videos.length ? [] : [nothingFound(state.filters, filters.clear)]));
  announce(`${number(answer.total)} videos found`);
}

function showColumns(keys) {
  columns = chosenColumns(keys);
  load();
}

function readAddress() {
  state = readQuery(filters.names);
  const stored = Number(localStorage.getItem("catalogtool.per_page"));
  state.per_page ||= [20, 50, 100].includes(stored) ? stored : USUAL_PER_PAGE;
  filters.show(state.filters);
  if (state.video) detail.open(state.video);
  else if (detail.isOpen()) detail.close();
  load();
}

table.addEventListener("click", (event) => {
  const link = event.target.closest("[data-open]");
  const plain = !(event.ctrlKey || event.metaKey || event.shiftKey || event.button);
  const row = event.target.closest("tr[data-video]");
  const other = event.target.closest("a, button, summary, input");
  if (link && plain) event.preventDefault();
  if (!plain || !row || (other && other !== link) || String(getSelection())) return;
  note({ video: row.dataset.video });
  detail.open(row.dataset.video);
});
window.addEventListener("popstate", readAddress);

offerFacets({ category: find("category"), claimed_status: find("claimed-status") });
offerChannels(find("channel"));
watchCatalogue(find("stale"), () => state.page === 1 && scroller.scrollTop === 0
  && !detail.isOpen() && !document.hidden && !table.contains(document.activeElement), load);
adoptChoice().then((keys) => {
  if (!keys) return;
  chooser.draw(keys);
  showColumns(keys);
});
readAddress();
