// The part of a video's drawer that tells of YouTube: the last look, a new one, and edits to be sent.

import { api } from "./api.js";
import { conflictCard, conflictsOf } from "./conflicts.js";
import { ago, counted, date, time } from "./format.js";
import { sendVideo } from "./push-dialog.js";
import { makeTaskFollower } from "./task-follower.js";
import { taskOutcome } from "./task-outcome.js";
import { TASK_TYPES } from "./task-types.js";
import { toastError } from "./toasts.js";
import { button } from "./ui-components.js";
import { announce, el, fill } from "./ui.js";

const OTHERS = ["ownership_update", "asset_enrichment"];

/** Make the part, once for all videos; `changed()` is called when the shown video may be another. */
export function makeVideoYouTube(changed) {
  const looked = el("div", { className: "youtube-looked" });
  const outcome = el("div", { className: "outcome", role: "status" });
  const edits = el("div", { className: "youtube-edits" });
  const menu = el("ul", { className: "dropdown-menu dropdown-menu-end" }, OTHERS.map((type) =>
    el("li", {}, el("button", { type: "button", className: "dropdown-item", on: { click: () => ask(type) } },
      `Sync ${TASK_TYPES[type].name.toLowerCase()}`,
      el("span", { className: "muted small d-block", textContent: TASK_TYPES[type].about })))));
  const node = el("section", { className: "youtube-part", "aria-label": "YouTube" },
    el("div", { className: "youtube-line" }, looked,
      el("div", { className: "btn-group" },
        button("Sync now", () => ask("metadata_sync"),
          { image: "refresh", title: "Ask YouTube for its present data" }),
        el("button", { type: "button", className: "btn btn-sm btn-quiet dropdown-toggle dropdown-toggle-split",
          "data-bs-toggle": "dropdown", "aria-expanded": "false", "aria-label": "Sync something else" }), menu)),
    outcome, edits);
  const follower = makeTaskFollower(tell, changed);
  let video = null;
  let said = "";
  let drawn = null;

  async function ask(type) {
    const { video_id: id } = video;
    try {
      begun(await api.syncVideo(id, { task_type: type }), type);
    } catch (error) {
      toastError(error);
    }
  }

  function begun(answer, type) {
    if (answer.video_id && answer.video_id !== video?.video_id) return;
    follower.follow({ id: answer.task_id, task_type: type, queue_position: answer.queue_position,
      status: answer.status === "accepted" ? "processing" : "pending" });
  }

  /** What stands there already is not said again. */
  function tell(task, halt) {
    const content = JSON.stringify([task, halt]);
    if (said === content) return;
    said = content;
    fill(outcome, task && taskOutcome(task, halt, () => again(task)));
  }

  async function again(task) {
    try {
      follower.follow((await api.retryTask(task.id)).task);
    } catch (error) {
      toastError(error);
    }
  }

  /** What the person saw of YouTube goes along: nobody decides on a value that is another by now. */
  async function resolve(field, take, theirs) {
    try {
      await api.resolvePending(video.video_id, field, { take, theirs });
      announce(take === "theirs" ? "YouTube's value stands here now" : "The edit is kept");
    } catch (error) {
      toastError(error);
    }
    changed();
  }

  const send = (overwrite) => sendVideo(video, overwrite, (answer) => begun(answer, "metadata_push"));

  function drawEdits() {
    const waiting = Object.keys(video.pending_edits ?? {}).length;
    const conflicts = conflictsOf(video);
    const content = JSON.stringify(video.pending_edits);
    if (drawn === content) return;
    drawn = content;
    fill(edits,
      waiting > 0 && el("div", { className: "youtube-line" },
        el("span", { textContent: `${counted(waiting, "edit is", "edits are")} not on YouTube` }),
        button("Send to YouTube…", () => send([]), { image: "up" })),
      conflicts.length > 0 && el("ul", { className: "conflicts" }, conflicts.map((one) =>
        conflictCard(one, { resolve, send: (field) => send([field]) }))));
  }

  return {
    node,
    start(id) {
      video = null;
      drawn = null;
      follower.start(id);
    },
    stop: follower.stop,
    draw(news) {
      video = news;
      fill(looked, lookedText(news.youtube ?? {}));
      drawEdits();
    },
  };
}

function lookedText({ looked_at: looked, missing_since: missing }) {
  if (missing) {
    return el("span", { className: "task-missing", title: `Last asked ${time(looked)}`,
      textContent: `Not found on YouTube since ${date(missing)}` });
  }
  if (!looked) return el("span", { className: "muted", textContent: "YouTube was not asked yet" });
  return el("span", { className: "muted", title: time(looked), textContent: `YouTube was asked ${ago(looked)}` });
}
