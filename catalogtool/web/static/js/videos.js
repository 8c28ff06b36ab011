// The catalogue: filters, list, pager and drawer around one state, which the address shows.

import { offerChannels } from "./modules/autocomplete.js";
import { makeBulk } from "./modules/bulk.js";
import { makeColumnChooser } from "./modules/column-chooser.js";
import { adoptChoice, chosenColumns, chosenKeys } from "./modules/columns.js";
import { makeDetail } from "./modules/detail.js";
import { makeExportDialog } from "./modules/export-dialog.js";
import { offerFacets } from "./modules/facets.js";
import { makeFilters } from "./modules/filters.js";
import { watchCatalogue } from "./modules/freshness.js";
import { counted } from "./modules/format.js";
import { nothingFound } from "./modules/nothing-found.js";
import { makePager } from "./modules/pagination.js";
import { addressOf, parametersOf, readQuery } from "./modules/query.js";
import { makeSortMenu } from "./modules/sort-menu.js";
import { announce, find } from "./modules/ui.js";
import { makeVideoList } from "./modules/video-list.js";

const USUAL_PER_PAGE = 50;
const table = find("videos");
const scroller = find("table-scroll");

let columns = chosenColumns(chosenKeys());
let state;
let found = null;
let typing = false;

const filters = makeFilters(find("filters"), find("chips"), (chosen, { typing: now }) => {
  const replace = now && typing;
  typing = now;
  change({ filters: chosen, page: 1, cursor: "" }, { replace });
  bulk.filtersChanged();
});
const pager = makePager(find("pager"), {
  go: (place) => change(place),
  resize: (perPage) => {
    localStorage.setItem("catalogtool.per_page", perPage);
    change({ per_page: perPage, page: 1, cursor: "" });
  },
  countExactly: () => list.load(true),
});
const bulk = makeBulk({
  table,
  pageIds: () => list.ids(),
  answer: () => found,
  filters: () => state.filters,
  changed: () => list.mark(),
});
const list = makeVideoList(find("table-panel"), {
  parameters: () => parametersOf(state),
  sort: () => state.sort,
  open: () => state.video,
  isChosen: bulk.isChosen,
  choosePage: bulk.choosePage,
  sortBy,
  nothing: () => nothingFound(state.filters, filters.clear),
  mayArrange,
  drawn,
});
const detail = makeDetail(find("detail"), {
  closed: () => note({ video: "" }),
  saved: (video) => list.update(video),
});
const sortMenu = makeSortMenu(find("sort-menu"), sortBy);
const chooser = makeColumnChooser(find("columns"), showColumns);
const openExport = makeExportDialog(find("export"));

/** Take on a part of a new state, show its address and load what it asks for. */
function change(part, { replace = false } = {}) {
  note(part, replace);
  scroller.scrollTop = 0;
  load();
}

function sortBy(sort) {
  change({ sort, page: 1, cursor: "" });
}

function note(part, replace = false) {
  state = { ...state, ...part };
  const address = addressOf(state, USUAL_PER_PAGE);
  history[replace ? "replaceState" : "pushState"](null, "", address);
  list.mark();
}

function load() {
  sortMenu.show(state.sort);
  list.setColumns(columns);
  list.load();
}

function drawn(answer, live) {
  if (!live) announce(`${counted(answer.total, "video")} found`);
  found = answer;
  pager.update(state, answer);
  bulk.show();
}

function showColumns(keys) {
  columns = chosenColumns(keys);
  load();
}

/** Rows may move only while nobody reads, chooses or edits among them. */
function mayArrange() {
  return state.page === 1 && scroller.scrollTop === 0 && window.scrollY === 0
    && !detail.isOpen() && bulk.isIdle() && !document.querySelector("dialog[open]")
    && !table.contains(document.activeElement);
}

function readAddress() {
  state = readQuery(filters.names);
  const stored = Number(localStorage.getItem("catalogtool.per_page"));
  state.per_page ||= [20, 50, 100].includes(stored) ? stored : USUAL_PER_PAGE;
  filters.show(state.filters);
  bulk.filtersChanged();
  if (state.video) detail.open(state.video);
  else if (detail.isOpen()) detail.close();
  load();
}

table.addEventListener("click", async (event) => {
  const link = event.target.closest("[data-open]");
  const plain = !(event.ctrlKey || event.metaKey || event.shiftKey || event.button);
  const row = event.target.closest("tr[data-video]");
  const other = event.target.closest("a, button, summary, input, label");
  if (link && plain) event.preventDefault();
  if (!plain || !row || (other && other !== link) || String(getSelection())) return;
  if (await detail.open(row.dataset.video)) note({ video: row.dataset.video });
});
find("export-button").addEventListener("click", () => found && openExport(state.filters, found, columns));
window.addEventListener("popstate", readAddress);

offerFacets({ category: find("category"), claimed_status: find("claimed-status") });
offerChannels(find("channel"));
watchCatalogue((id) => list.has(id) || detail.shows(id), (ids, any) => {
  detail.follow(ids, any);
  return list.follow(ids);
});
adoptChoice().then((keys) => {
  if (!keys) return;
  chooser.draw(keys);
  showColumns(keys);
});
readAddress();
