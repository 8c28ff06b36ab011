// The files of the report store: searched, paged, and chosen for processing.

import { api } from "./api.js";
import { ago, bytes, number, time } from "./format.js";
import { debounce, el, fill, find } from "./ui.js";
import { errorState, state, tag } from "./ui-components.js";

const PAGE_SIZE = 25;
const LOOKS = 8;
const LOOK_MILLISECONDS = 700;

/** Bind the list; `chosen(keys)` is called whenever the choice changes. */
export function makeStoredFiles(root, chosen) {
  const keys = new Set();
  // What was uploaded from here, and how many more looks it is worth.
  const uploaded = new Map();
  const body = find("file-rows", root);
  const search = find("file-search", root);
  const all = find("choose-all", root);
  let page = 1;
  let shown = [];
  let running;

  search.addEventListener("input", debounce(() => show(1), 250));
  find("files-previous", root).addEventListener("click", () => show(page - 1));
  find("files-next", root).addEventListener("click", () => show(page + 1));
  find("files-refresh", root).addEventListener("click", () => show(page));
  all.addEventListener("change", () => {
    for (const file of shown) mark(file.key, all.checked);
    draw();
  });

  function mark(key, on) {
    if (on) keys.add(key);
    else keys.delete(key);
  }

  async function show(wanted) {
    running?.abort();
    running = new AbortController();
    page = wanted;
    try {
      const answer = await api.storedFiles(
        { page, pageSize: PAGE_SIZE, search: search.value.trim() }, running.signal);
      shown = answer.files;
      draw();
      drawPager(answer.total);
      if (isLackingUploads()) lookAgain();
    } catch (error) {
      if (error.name !== "AbortError") say(errorState(error, () => show(page)));
    }
  }

  /** Another process of the server may not have heard of an upload yet; it soon will. */
  function isLackingUploads() {
    const text = search.value.trim().toLowerCase();
    const lacks = ([key, looks]) => looks > 0
      && key.split("/").pop().toLowerCase().includes(text)
      && !shown.some((file) => file.key === key);
    return page === 1 && [...uploaded].some(lacks);
  }

  function lookAgain() {
    for (const [key, looks] of uploaded) uploaded.set(key, looks - 1);
    setTimeout(() => { if (isLackingUploads()) show(1); }, LOOK_MILLISECONDS);
  }

  function draw() {
    fill(body, shown.map(row));
    all.checked = shown.length > 0 && shown.every((file) => keys.has(file.key));
    all.indeterminate = !all.checked && shown.some((file) => keys.has(file.key));
    say(shown.length === 0 && nothing());
    chosen([...keys]);
  }

  function say(content) {
    fill(find("files-state", root), content);
    find("file-table", root).hidden = Boolean(content);
  }

  function nothing() {
    return search.value.trim()
      ? state({ title: "No file matches", text: "The search looks at file names.", image: "search" })
      : state({ title: "The store is empty", image: "file",
        text: "Drop a report (CSV, plain or compressed) into the field above." });
  }

  function drawPager(total) {
    const pages = Math.max(1, Math.ceil(total / PAGE_SIZE));
    find("files-count", root).textContent = total === 1 ? "1 file" : `${number(total)} files`;
    find("files-page", root).textContent = `${number(page)} / ${number(pages)}`;
    find("files-pager", root).hidden = pages === 1;
    find("files-previous", root).disabled = page <= 1;
    find("files-next", root).disabled = page >= pages;
  }

  function row(file) {
    const name = file.key.split("/").pop();
    const box = el("input", {
      type: "checkbox",
      className: "form-check-input",
      id: `file-${file.key}`,
      checked: keys.has(file.key),
      on: {
        change: () => {
          mark(file.key, box.checked);
          draw();
          document.getElementById(box.id)?.focus();
        },
      },
    });
    return el("tr", {},
      el("td", {}, box),
      el("td", { className: "file-name" }, el("div", { className: "file-line" },
        el("label", { htmlFor: box.id, className: "clip", dir: "auto", title: file.key, textContent: name }),
        file.processed && tag("processed", "good"))),
      el("td", { className: "number", textContent: bytes(file.size) }),
      el("td", { className: "muted nowrap", title: time(file.last_modified),
        textContent: ago(file.last_modified) }));
  }

  return {
    load: () => show(page),
    choose(key) {
      keys.add(key);
      uploaded.set(key, LOOKS);
      return show(1);
    },
    clear() {
      keys.clear();
      draw();
    },
  };
}
