// The drawer for one video: opened from the table or from the address.

import { api } from "./api.js";
import { number } from "./format.js";
import * as sections from "./detail-sections.js";
import { el, fill, find } from "./ui.js";
import { errorState, state } from "./ui-components.js";

/** Bind the drawer; `closed()` is called when the user shuts it. */
export function makeDetail(root, closed) {
  const drawer = new window.bootstrap.Offcanvas(root);
  const part = (name) => find(name, root);
  let current = "";
  let running;
  let opener = null;

  root.addEventListener("hidden.bs.offcanvas", () => {
    running?.abort();
    opener?.focus({ preventScroll: true });
    if (!current) return;
    current = "";
    closed();
  });

  async function open(videoId) {
    if (current === videoId) return;
    current = videoId;
    running?.abort();
    running = new AbortController();
    part("detail-title").textContent = videoId;
    fill(part("detail-head"));
    fill(part("detail-body"), state({ title: "Loading…" }));
    drawer.show();
    if (!root.contains(document.activeElement)) opener = document.activeElement;
    root.focus({ preventScroll: true });
    try {
      const { video } = await api.video(videoId, running.signal);
      draw(video);
      await drawHistory(videoId, running.signal);
    } catch (error) {
      if (error.name === "AbortError") return;
      fill(part("detail-body"), errorState(error, () => reopen(videoId)));
    }
  }

  function reopen(videoId) {
    current = "";
    open(videoId);
  }

  function draw(video) {
    part("detail-title").textContent = video.title || video.video_id;
    fill(part("detail-head"), sections.heading(video));
    fill(part("detail-body"),
      sections.fields(video),
      section("Claims", video.claims?.length, sections.claims(video.claims)),
      section("History", null, el("ol", { className: "records", dataset: { history: "" } })));
  }

  async function drawHistory(videoId, signal, page = 1) {
    const list = part("history");
    const answer = await api.history(videoId, page, signal);
    list.append(...sections.historyRecords(answer.records));
    if (answer.total === 0) {
      list.append(el("li", { className: "muted", textContent: "Nothing has changed since it came." }));
    }
    if (page < answer.pages) list.after(moreButton(videoId, signal, page + 1));
  }

  function moreButton(videoId, signal, page) {
    const more = el("button", {
      type: "button",
      className: "btn btn-sm btn-quiet",
      textContent: "Older changes",
      on: {
        click: () => {
          more.remove();
          drawHistory(videoId, signal, page);
        },
      },
    });
    return more;
  }

  return {
    open,
    isOpen: () => Boolean(current),
    /** Shut it without telling: the address already says so. */
    close() {
      current = "";
      drawer.hide();
    },
  };
}

function section(name, count, content) {
  return el("section", { className: "detail-group" },
    el("h3", {}, name, count ? el("span", { className: "muted", textContent: ` ${number(count)}` }) : null),
    content);
}
