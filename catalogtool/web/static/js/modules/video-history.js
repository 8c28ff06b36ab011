// The history in a video's drawer: newest first, older on request, new records on top.

import { api } from "./api.js";
import { recordItem } from "./record.js";
import { button, errorState } from "./ui-components.js";
import { el, fill } from "./ui.js";

/** The list of a video's records; `changed()` is called after one of them was put back. */
export function makeHistory(videoId, signal, changed) {
  const list = el("ol", { className: "records" });
  const foot = el("div");
  const known = new Set();

  async function load(page = 1) {
    try {
      const answer = await api.history(videoId, page, signal);
      list.append(...fresh(answer.records));
      const older = page < answer.pages && button("Older changes", () => load(page + 1));
      const none = answer.total === 0
        && el("p", { className: "muted", textContent: "Nothing has changed since it came." });
      fill(foot, older, none);
    } catch (error) {
      if (error.name !== "AbortError") fill(foot, errorState(error, () => load(page)));
    }
  }

  /** Add what is new since the list was read. */
  async function refresh() {
    const { records } = await api.history(videoId, 1, signal);
    const added = fresh(records);
    list.prepend(...added);
    if (added.length && list.children.length === added.length) fill(foot);
  }

  function fresh(records) {
    return records.filter((record) => !known.has(keyOf(record))).map((record) => {
      known.add(keyOf(record));
      return recordItem(record, { after: changed });
    });
  }

  return { node: el("div", {}, list, foot), load, refresh };
}

/** Steps of the counters alone have no id. */
const keyOf = (record) => record.id ?? record.sync_time;
