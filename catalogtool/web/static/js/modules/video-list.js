// The list of videos: what the server finds, drawn, and brought up to date where it stands.

import { api } from "./api.js";
import { fieldsOf } from "./columns.js";
import { drawHead, markOpen } from "./table.js";
import { errorState } from "./ui-components.js";
import { el, fill, find } from "./ui.js";
import { makeRows } from "./video-rows.js";

const MOST_ALONE = 5;

/**
 * Bind the panel with the table. `page` tells what to show: `parameters()`, `sort()`, `open()` (the
 * video in the drawer), `isChosen(id)`, `mayArrange()` (nobody is in the middle of something); and
 * it hears of it: `sortBy(sort)`, `drawn(answer, live)`, `nothing()`, `choosePage(on)`.
 */
export function makeVideoList(panel, page) {
  const table = find("videos", panel);
  const stale = find("stale", panel);
  const place = find("list-state", panel);
  const rows = makeRows(table.tBodies[0], page.isChosen);
  const pageBox = el("input", {
    type: "checkbox",
    className: "form-check-input",
    "aria-label": "Choose all videos on this page",
    on: { change: () => page.choosePage(pageBox.checked) },
  });
  const pageCell = el("th", { scope: "col", role: "columnheader", className: "col-choose" },
    el("label", { className: "choose-box" }, pageBox));
  const edited = new Set();
  let columns = [];
  let running = new AbortController();
  let loading = Promise.resolve();

  find("refresh", stale).addEventListener("click", () => load());

  function load(exactly = false) {
    loading = read(exactly);
    return loading;
  }

  const ask = (signal, count = "") =>
    api.videos({ ...page.parameters(), fields: fieldsOf(columns), count }, signal);

  async function read(exactly) {
    running.abort();
    running = new AbortController();
    table.setAttribute("aria-busy", "true");
    drawHead(table.tHead, pageCell, columns, page.sort(), page.sortBy);
    rows.wait(columns);
    try {
      const answer = await ask(running.signal, exactly ? "exact" : "");
      edited.clear();
      rows.draw(columns, answer.videos);
      drawn(answer);
    } catch (error) {
      if (error.name === "AbortError") return;
      table.hidden = true;
      fill(place, errorState(error, load));
    }
    table.setAttribute("aria-busy", "false");
  }

  function drawn(answer, live = false) {
    stale.hidden = true;
    table.hidden = answer.videos.length === 0;
    fill(place, table.hidden && page.nothing());
    mark();
    page.drawn(answer, live);
  }

  function mark() {
    rows.mark();
    const ids = rows.ids();
    pageBox.checked = ids.length > 0 && ids.every(page.isChosen);
    pageBox.indeterminate = !pageBox.checked && ids.some(page.isChosen);
    markOpen(table.tBodies[0], page.open());
  }

  /** These videos changed elsewhere: show it in their rows, and move rows only if nobody minds. */
  async function follow(ids) {
    await loading;
    const { signal } = running;
    try {
      const answer = await ask(signal);
      rows.update(answer.videos);
      const [gone, come] = difference(rows.ids(), answer.videos.map((video) => video.video_id));
      if (gone.length + come.length === 0 && isSameOrder(answer)) page.drawn(answer, true);
      else if (page.mayArrange()) {
        rows.arrange(answer.videos);
        drawn(answer, true);
      } else {
        const byOthers = gone.filter((id) => !edited.has(id));
        stale.hidden = stale.hidden && byOthers.length === 0 && come.length <= gone.length;
        await updateAlone(gone.filter((id) => ids.includes(id)), signal);
      }
    } catch (error) {
      // What stands there is older than what there is.
      if (error.name !== "AbortError") stale.hidden = false;
    }
  }

  const isSameOrder = (answer) =>
    rows.ids().every((id, at) => id === answer.videos[at].video_id);

  /** Rows that the new order would have elsewhere: a few are worth a request of their own. */
  async function updateAlone(ids, signal) {
    const answers = await Promise.all(ids.slice(0, MOST_ALONE).map((id) => api.video(id, signal)));
    rows.update(answers.map((answer) => answer.video));
  }

  return {
    load,
    follow,
    mark,
    ids: rows.ids,
    has: rows.has,
    setColumns(chosen) {
      columns = chosen;
    },
    /** This video was edited here. */
    update(video) {
      edited.add(video.video_id);
      rows.update([video]);
    },
  };
}

function difference(before, after) {
  const now = new Set(after);
  const then = new Set(before);
  return [before.filter((id) => !now.has(id)), after.filter((id) => !then.has(id))];
}
