// One task of one video, followed from the queue to its end.

import { api } from "./api.js";
import { on } from "./events.js";
import { sentenceOf } from "./sync-sentence.js";

const PAUSE = 3000;
const PATIENCE = 1500;
const LATEST = 5;
const isOpen = (task) => task?.status === "pending" || task?.status === "processing";

/**
 * Follow the tasks of the video that is shown. `show(task, halt)` is called with every news, `task`
 * null if there is none; `ended(task)` once when it is over.
 */
export function makeTaskFollower(show, ended) {
  let videoId = "";
  let task = null;
  let since = 0;
  let halt = "";
  let timer = null;
  // A quick task may be over before the answer tells its number.
  const ends = new Map();

  on("queue_task_complete", (event) => {
    if (event.video_id !== videoId) return;
    ends.set(event.task_id, event);
    if (event.task_id === task?.id) look();
  });
  on("sync_error", (event) => event.video_id === videoId && isOpen(task) && look());

  /** Another video is shown; what is known of its latest task, if it is open or has failed. */
  async function start(id) {
    clearTimeout(timer);
    ends.clear();
    videoId = id;
    task = null;
    show(null, "");
    try {
      const { tasks } = await api.syncTasks({ video_id: id, per_page: LATEST });
      const known = tasks.find(isOpen) ?? (tasks[0]?.status === "failed" ? tasks[0] : null);
      if (videoId === id && !task && known) follow(known);
    } catch {
      // Without it the drawer only tells less.
    }
  }

  function follow(begun) {
    task = begun;
    since = performance.now();
    halt = "";
    show(task, halt);
    if (ends.has(task.id)) look();
    else plan();
  }

  function plan() {
    clearTimeout(timer);
    if (isOpen(task)) timer = setTimeout(look, performance.now() - since < PATIENCE ? PATIENCE : PAUSE);
  }

  async function look() {
    const looked = task;
    if (document.hidden) {
      plan();
      return;
    }
    try {
      const { tasks } = await api.syncTasks({ video_id: videoId, per_page: 2 * LATEST });
      const news = tasks.find((one) => one.id === looked.id) ?? standIn(tasks, looked);
      const why = news.status === "pending" ? await haltNow() : "";
      if (task !== looked) return;
      task = { ...looked, ...news };
      halt = why;
      show(task, halt);
      if (isOpen(looked) && !isOpen(task)) ended(task);
    } catch {
      // The next look tries again.
    }
    plan();
  }

  /** Two requests for the same may have become one task, which does it for both. */
  function standIn(tasks, looked) {
    const end = ends.get(looked.id);
    if (end) return { ...looked, status: end.status, result: end.result };
    return tasks.find((one) => one.task_type === looked.task_type && isOpen(one)) ?? { ...looked, status: "gone" };
  }

  return {
    start,
    follow,
    stop() {
      clearTimeout(timer);
      videoId = "";
      task = null;
    },
  };
}

async function haltNow() {
  const said = sentenceOf(await api.syncStatus());
  return said.halted ? said.title : "";
}
