// One task of the queue: for which video, what, how it stands, why not, and what can be done.

import { changesCell } from "./changes.js";
import * as format from "./format.js";
import { taskName } from "./task-types.js";
import { button, statusTag, tag } from "./ui-components.js";
import { el } from "./ui.js";

const MOST_TRIES = 5;

/** A row for a task; `actions` are `retry(task)` and `cancel(task)`. */
export function taskRow(task, actions) {
  const title = task.video_title || task.video_id;
  return el("tr", { dataset: { task: task.id, status: task.status } },
    el("td", { className: "task-video" },
      el("a", { className: "task-link", dir: "auto", textContent: title,
        href: `/?video=${encodeURIComponent(task.video_id)}` }),
      el("span", { className: "code muted", textContent: task.video_id })),
    el("td", { className: "task-what" },
      el("span", { className: "tags" }, taskName(task.task_type),
        task.status === "pending" && task.priority >= 100 && tag("First", "violet")),
      outcome(task)),
    el("td", { className: "task-state" }, statusTag(task.status)),
    el("td", { className: "task-when" }, when(task),
      task.user && el("bdi", { className: "muted task-user", title: task.user, textContent: task.user })),
    el("td", { className: "task-buttons" },
      task.status === "failed" && button("Try again", () => actions.retry(task),
        { title: `Try again: ${title}` }),
      task.status === "pending" && button("Cancel", () => actions.cancel(task),
        { title: `Cancel: ${title}` })));
}

/** What came of it, or why nothing did. */
function outcome({ status, result, error_message: error, retry_count: tries, run_at: next }) {
  if (status === "failed") {
    return el("p", { className: "task-error", dir: "auto", textContent: error || "It failed without a reason." });
  }
  if (status === "pending" && (tries > 0 || error)) {
    return el("p", { className: "muted", dir: "auto",
      textContent: `${retryText(tries)}${error ? `: ${error}` : ""}` });
  }
  if (status !== "completed" || !result) return null;
  if (result.found === false) return el("p", { className: "task-missing", textContent: "Not found on YouTube" });
  return changesCell(result.changes ?? result.sent);
}

/** "Try 2 of 5 at 14:20". */
export function retryText(tries, next) {
  const which = tries > 0 ? `Try ${tries + 1} of ${MOST_TRIES + 1}` : "Next try";
  return next ? `${which} ${format.at(next)}` : which;
}

function when({ status, created_at: created, started_at: started, completed_at: ended, run_at: next }) {
  const [time, word] = ended ? [ended, ""] : status === "processing" ? [started ?? created, "since "]
    : next ? [next, "not before "] : [created, "asked "];
  const said = next && !ended && status === "pending" ? format.clock(time) : format.ago(time);
  return el("time", { dateTime: time ?? "", title: format.time(time), textContent: `${word}${said}` });
}
