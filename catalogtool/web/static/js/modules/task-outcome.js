// A video's task as its drawer tells of it: waiting, under way, and what came of it.

import { changeList } from "./changes.js";
import * as format from "./format.js";
import { pushOutcome } from "./push-outcome.js";
import { retryText } from "./task-row.js";
import { TASK_TYPES, taskName } from "./task-types.js";
import { button } from "./ui-components.js";
import { el } from "./ui.js";

/**
 * The nodes for a task; `halt` is a sentence on why nothing moves, or an empty text, and
 * `retry()` asks for it once more.
 */
export function taskOutcome(task, halt, retry) {
  const name = taskName(task.task_type);
  const tell = {
    pending: () => waiting(task, name, halt),
    processing: () => line(TASK_TYPES[task.task_type]?.asks ?? "Under way…"),
    completed: () => (task.task_type === "metadata_push" ? sent(task) : found(task, name)),
    failed: () => failed(task, name, retry),
    gone: () => line(`${name}: the task was cancelled.`),
  };
  return tell[task.status]?.() ?? line(`${name}: ${task.status}`);
}

function waiting(task, name, halt) {
  return [line(`${name}: ${placeText(task)}`), halt && line(halt, "muted")];
}

function placeText({ queue_position: place, run_at: next, retry_count: tries = 0, error_message: error }) {
  if (tries > 0 || next) return `${retryText(tries, next)}${error ? `: ${error}` : ""}`;
  if (place === undefined) return "waiting";
  return place > 1 ? `number ${format.number(place)} in line` : "next in line";
}

/** What YouTube said. */
function found({ result: told }, name) {
  const { found: isThere, changes = {}, upload_status: upload, rejection_reason: reason } = told ?? {};
  if (isThere === false) {
    return line("YouTube does not know this video now. It stays here, marked as not found.", "task-missing");
  }
  const count = Object.keys(changes).length;
  return [
    line(count > 0 ? `${name}: ${format.counted(count, "field has", "fields have")} changed`
      : `${name}: nothing has changed on YouTube.`),
    count > 0 && changeList(changes),
    upload && line(`YouTube calls it ${upload}${reason ? `: ${reason}` : ""}`, "task-missing"),
  ];
}

function failed(task, name, retry) {
  const told = task.task_type === "metadata_push" ? pushOutcome(task.result) : [];
  return [
    told.length > 0 ? told : line(`${name}: ${task.error_message || "failed without a reason"}`, "task-error"),
    Object.keys(task.result?.conflicts ?? {}).length === 0
      && button("Try again", retry, { image: "refresh", title: `Try again: ${name}` }),
  ];
}

function sent({ result }) {
  const told = pushOutcome(result);
  return told.length > 0 ? told : line("Nothing was sent.");
}

const line = (textContent, className = "") => el("p", { className, dir: "auto", textContent });
