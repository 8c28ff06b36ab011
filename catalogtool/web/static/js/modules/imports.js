// The list of imports; their bars follow the socket, or the clock while there is no socket.

import { api } from "./api.js";
import { connect, isConnected, on } from "./events.js";
import { number } from "./format.js";
import { importCard, isOver } from "./import-card.js";
import { announce, debounce, fill, find } from "./ui.js";
import { errorState, state } from "./ui-components.js";
import { toastError } from "./toasts.js";

const POLL = 2000;

/** Bind the list; `finished()` is called whenever an import ends. */
export function makeImports(root, { showRejected, finished }) {
  const list = find("import-list", root);
  const filter = find("import-status", root);
  const cards = new Map();
  const actions = { cancel, retry, showRejected };
  let page = 1;

  filter.addEventListener("change", () => show(1));
  find("imports-previous", root).addEventListener("click", () => show(page - 1));
  find("imports-next", root).addEventListener("click", () => show(page + 1));
  on("report_status_update", receive);
  connect().on("connect", () => show(page));
  setInterval(poll, POLL);
  const reload = debounce(() => show(page), 150);

  async function show(wanted) {
    page = wanted;
    try {
      draw(await api.reports({ page, per_page: 20, status: filter.value }));
    } catch (error) {
      if (cards.size === 0) fill(find("imports-state", root), errorState(error, () => show(page)));
      else toastError(error);
    }
  }

  /** A card that is there stays: its bar moves on instead of starting anew. */
  function draw(answer) {
    const nodes = answer.reports.map((report) => {
      const card = cards.get(report.id) ?? importCard(report, actions);
      card.update(report);
      cards.set(report.id, card);
      return card.node;
    });
    const same = nodes.length === list.children.length
      && nodes.every((node, at) => node === list.children[at]);
    if (!same) fill(list, nodes);
    const empty = nodes.length === 0;
    fill(find("imports-state", root), empty && state({ title: "No imports yet", image: "play",
      text: "Choose files of the store and process them; what they did is told here." }));
    find("imports-pager", root).hidden = (answer.pages ?? 1) <= 1;
    find("imports-page", root).textContent = `${number(page)} / ${number(answer.pages ?? 1)}`;
    find("imports-previous", root).disabled = page <= 1;
    find("imports-next", root).disabled = page >= (answer.pages ?? 1);
  }

  function receive(event) {
    const card = cards.get(event.report_id);
    if (!card) {
      if (page === 1) reload();
      return;
    }
    if (isOver(card.status()) && !isOver(event.status) && event.status !== "pending") return;
    const before = card.status();
    card.update({ ...event, id: event.report_id });
    if (isOver(event.status) && !isOver(before)) end(event);
  }

  /** The event tells that it ended; what it did is read once. */
  async function end(event) {
    announce(`The import of ${event.filename} ended: ${event.status}`);
    await refresh(event.report_id);
    finished();
  }

  async function refresh(id) {
    try {
      const { report } = await api.report(id);
      cards.get(id)?.update(report);
    } catch (error) {
      toastError(error);
    }
  }

  function poll() {
    if (isConnected() || document.hidden) return;
    if ([...cards.values()].some((card) => !isOver(card.status()))) show(page);
  }

  async function cancel(id) {
    await attempt(() => api.cancel(id), id);
  }

  async function retry(id) {
    await attempt(() => api.retry(id), id);
    show(1);
  }

  async function attempt(action, id) {
    try {
      await action();
    } catch (error) {
      toastError(error);
    }
    await refresh(id);
  }

  return { load: () => show(1) };
}
