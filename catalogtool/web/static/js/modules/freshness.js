// The catalogue changes elsewhere: the page looks again within a moment, yet not all the time.

import { connect, on } from "./events.js";

const AT_ONCE = 3;
const ONE_MORE_EACH = 1000;
const PAUSE_ELSEWHERE = 3000;

/**
 * `shows(id)` tells whether the page shows a video; `look(ids, any)` reads the page anew, where
 * `ids` are those of its videos that are known to have changed, and `any` says that more may have.
 */
export function watchCatalogue(shows, look) {
  const changed = new Set();
  let timer = null;
  let due = Infinity;
  let last = -Infinity;
  let looking = false;
  let any = false;
  let left = AT_ONCE;
  let counted = performance.now();

  /** How long until a look is free again: a few edits show at once, a stream of them in turns. */
  function wait() {
    const now = performance.now();
    left = Math.min(AT_ONCE, left + (now - counted) / ONE_MORE_EACH);
    counted = now;
    return Math.max(0, 1 - left) * ONE_MORE_EACH;
  }

  function plan(pause) {
    const at = Math.max(performance.now() + wait(), last + pause);
    if (looking || document.hidden) due = Math.min(due, at);
    else if (at < due) {
      clearTimeout(timer);
      due = at;
      timer = setTimeout(run, at - performance.now());
    }
  }

  async function run() {
    timer = null;
    due = Infinity;
    if (document.hidden) {
      due = 0;
      return;
    }
    looking = true;
    left -= 1;
    last = performance.now();
    const news = [[...changed], any];
    changed.clear();
    any = false;
    try {
      await look(...news);
    } finally {
      looking = false;
      resume();
    }
  }

  /** What came while nobody could look. */
  function resume() {
    if (timer || looking || document.hidden || due === Infinity) return;
    timer = setTimeout(run, Math.max(0, due - performance.now()));
  }

  document.addEventListener("visibilitychange", resume);
  // What changed before the connection stood, or while it was down, was told to nobody here.
  connect().on("connect", () => {
    any = true;
    plan(0);
  });
  on("video_update", ({ video_ids: ids = [], count = ids.length }) => {
    const here = ids.filter(shows);
    here.forEach((id) => changed.add(id));
    // A long piece of work names some of its videos, a report none.
    any ||= ids.length === 0 || count > ids.length;
    plan(here.length > 0 || (ids.length > 0 && any) ? 0 : PAUSE_ELSEWHERE);
  });
}
