// The search over all changes; what is asked for stands in the address.

import { api, queryString } from "./api.js";
import { counted, fieldLabel, roughly } from "./format.js";
import { makeListPager } from "./list-pager.js";
import { recordItem } from "./record.js";
import { announce, debounce, fill, find, findAll } from "./ui.js";
import { errorState, state } from "./ui-components.js";

const PER_PAGE = 50;
const TYPING_PAUSE = 200;

/** Bind the panel; gives `load()`. `searched(query)` is called with what was asked for. */
export function makeChangeSearch(root, searched) {
  const form = find("change-form", root);
  const list = find("change-list", root);
  const fields = [...form.elements].filter((field) => field.name);
  const pager = makeListPager(find("change-pager", root), (page) => show(page));
  let running = new AbortController();
  let present = 1;

  for (const option of findAll("field-name", form)) option.textContent = fieldLabel(option.value);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("input", debounce(() => show(1), TYPING_PAUSE));
  form.addEventListener("reset", () => setTimeout(() => show(1)));
  window.addEventListener("popstate", () => show(readAddress(), false));

  /** Set the form from the address; the page that it names. */
  function readAddress() {
    const query = new URLSearchParams(location.search);
    for (const field of fields) field.value = query.get(field.name) ?? "";
    return Math.max(1, Number.parseInt(query.get("page") ?? "1", 10) || 1);
  }

  function readForm() {
    return Object.fromEntries(fields.map((field) => [field.name, field.value.trim()])
      .filter(([, value]) => value));
  }

  async function show(page, note = true) {
    running.abort();
    running = new AbortController();
    present = page;
    const query = readForm();
    const address = location.pathname + queryString({ ...query, page: page > 1 ? page : "" });
    if (note) history.replaceState(null, "", address);
    searched(query);
    list.setAttribute("aria-busy", "true");
    try {
      draw(await api.audit({ ...query, page, per_page: PER_PAGE }, running.signal), query);
    } catch (error) {
      if (error.name === "AbortError") return;
      fill(list);
      fill(find("change-state", root), errorState(error, () => show(page)));
    }
    list.setAttribute("aria-busy", "false");
  }

  function draw(answer, query) {
    fill(list, answer.records.map((record) => recordItem(record, { video: true })));
    fill(find("change-state", root), answer.records.length === 0 && nothing(query));
    const total = answer.total_is_exact === false
      ? `about ${roughly(answer.total)} changes` : counted(answer.total, "change");
    find("change-count", root).textContent = total;
    announce(`${total} found`);
    pager.show(answer);
  }

  function nothing(query) {
    if (Object.keys(query).length === 0) return state({ title: "Nothing has changed yet" });
    return state({ title: "No change matches", text: "Try fewer conditions or a longer time.",
      image: "search", action: { label: "Clear the search", run: () => form.reset() } });
  }

  return { load: () => show(readAddress(), false), again: () => show(present, false) };
}
