// The work with YouTube moves on: the page looks again, at most once a second and only while seen.

import { connect, on } from "./events.js";

const PAUSE = 1000;
const WITHOUT_NEWS = 15_000;
const EVENTS = ["processor_status", "queue_task_complete", "sync_complete", "sync_error", "video_update"];

/** Call `look()` after news; gives the function that asks for a look without any. */
export function watchSync(look) {
  let timer = null;
  let due = false;
  let looking = false;
  let last = -Infinity;

  function plan() {
    due = true;
    if (timer || looking || document.hidden) return;
    timer = setTimeout(run, Math.max(0, last + PAUSE - performance.now()));
  }

  async function run() {
    timer = null;
    if (document.hidden) return;
    due = false;
    looking = true;
    last = performance.now();
    try {
      await look();
    } finally {
      looking = false;
      if (due) plan();
    }
  }

  document.addEventListener("visibilitychange", () => due && plan());
  for (const event of EVENTS) on(event, plan);
  connect().on("connect", plan);
  // "5 min ago" grows old, and events do not come while the connection is down.
  setInterval(plan, WITHOUT_NEWS);
  return plan;
}
