// The drawer for one video: opened from the table or from the address, edited in place.

import { api } from "./api.js";
import { confirmed } from "./ask.js";
import { number } from "./format.js";
import * as sections from "./detail-sections.js";
import { makeFacts } from "./facts.js";
import { saveField } from "./saving.js";
import { el, fill, find } from "./ui.js";
import { errorState, state } from "./ui-components.js";
import { makeHistory } from "./video-history.js";
import { makeVideoYouTube } from "./video-youtube.js";

/** Bind the drawer; `closed()` is called when the user shuts it, `saved(video)` after an edit. */
export function makeDetail(root, { closed, saved }) {
  const drawer = new window.bootstrap.Offcanvas(root);
  const part = (name) => find(name, root);
  const claims = el("div");
  const youtube = makeVideoYouTube(() => refresh());
  let current = "";
  let running;
  let opener = null;
  let facts = null;
  let history = null;

  root.addEventListener("hide.bs.offcanvas", async (event) => {
    if (!facts?.isDirty()) return;
    event.preventDefault();
    if (await mayDiscard()) drawer.hide();
  });
  root.addEventListener("hidden.bs.offcanvas", () => {
    running?.abort();
    youtube.stop();
    facts = null;
    opener?.focus({ preventScroll: true });
    if (!current) return;
    current = "";
    closed();
  });
  window.addEventListener("beforeunload", (event) => {
    if (facts?.isDirty()) event.preventDefault();
  });

  /** Show a video, unless the person would rather go on with what is being edited. */
  async function open(videoId) {
    if (current === videoId) return true;
    if (facts?.isDirty() && !(await mayDiscard())) return false;
    start(videoId);
    return true;
  }

  function start(videoId) {
    current = videoId;
    facts = null;
    running?.abort();
    running = new AbortController();
    part("detail-title").textContent = videoId;
    fill(part("detail-head"));
    fill(part("detail-body"), state({ title: "Loading…" }));
    drawer.show();
    if (!root.contains(document.activeElement)) opener = document.activeElement;
    root.focus({ preventScroll: true });
    read(videoId, running.signal);
  }

  async function read(videoId, signal) {
    try {
      const { video } = await api.video(videoId, signal);
      facts = makeFacts(video, save);
      history = makeHistory(videoId, signal, () => refresh());
      youtube.start(videoId);
      fill(part("detail-body"), youtube.node, facts.node, claims, section("History", history.node));
      draw(video);
      await history.load();
    } catch (error) {
      if (error.name === "AbortError") return;
      fill(part("detail-body"), errorState(error, () => start(videoId)));
    }
  }

  function draw(video) {
    part("detail-title").textContent = video.title || video.video_id;
    fill(part("detail-head"), sections.heading(video));
    youtube.draw(video);
    facts.update(video);
    fill(claims, section("Claims", sections.claims(video.claims), video.claims?.length));
  }

  async function save(field, value, base) {
    const videoId = current;
    try {
      const video = await saveField(videoId, field, value, base);
      saved(video);
      if (current !== videoId) return;
      draw(video);
      history.refresh().catch(() => {});
    } catch (error) {
      if (error.status === 409) refresh();
      throw error;
    }
  }

  /** Bring what is shown up to date; what is being edited stays. */
  async function refresh() {
    const signal = running?.signal;
    try {
      const { video } = await api.video(current, signal);
      if (signal.aborted) return;
      saved(video);
      draw(video);
      await history.refresh();
    } catch {
      // What stands there is older, and the next event tries again.
    }
  }

  async function mayDiscard() {
    const discard = await confirmed({
      title: "Leave without saving?",
      text: "A field of this video is being edited.",
      action: "Discard the edit",
    });
    if (discard) facts = null;
    return discard;
  }

  return {
    open,
    isOpen: () => Boolean(current),
    shows: (videoId) => videoId === current,
    /** These videos changed elsewhere; `any` says that more may have. */
    follow(ids, any) {
      if (facts && (any || ids.includes(current))) refresh();
    },
    /** Shut it without telling: the address already says so. */
    close() {
      current = "";
      facts = null;
      drawer.hide();
    },
  };
}

function section(name, content, count) {
  return el("section", { className: "detail-group" },
    el("h3", {}, name, count ? el("span", { className: "muted", textContent: ` ${number(count)}` }) : null),
    content);
}
