// How the work with YouTube stands, in one sentence and what else there is to say of it.

import { at, clock, counted } from "./format.js";
import { TASK_TYPES, totalsOf } from "./task-types.js";

/**
 * What an answer of /api/sync/status means: `kind` (`good`, `info`, `warn`, `bad`), `title`, one
 * sentence, and `text`, an explanation that may be empty. `halted` tells that no task moves.
 */
export function sentenceOf(status, now = Date.now()) {
  const { pending, processing } = totalsOf(status.queue);
  const halt = haltOf(status, now);
  if (halt) {
    const waiting = pending > 0 ? `${waitingText(status.queue, pending)}.` : "Nothing waits.";
    return { ...halt, text: [halt.text, waiting].filter(Boolean).join(" "), halted: true };
  }
  if (pending + processing === 0) {
    return { kind: "good", title: "Nothing waits: all that was asked for is done", text: "", halted: false };
  }
  return working(status, pending, processing, now);
}

/** Why no task moves although someone may wait for it; null while they do. */
function haltOf(status, now) {
  const { waiting_for: reason, waiting_until: until, last_error: error } = status;
  const goesOn = until ? `goes on ${at(until, now)}` : "goes on by itself";
  if (status.configured === false && status.sandbox) {
    return { kind: "bad", title: "No access to YouTube: the sandbox is not running",
      text: "Start it, or set CLIENT_ID, CLIENT_SECRET and REFRESH_TOKEN for the real YouTube." };
  }
  if (status.configured === false) {
    return { kind: "bad", title: "No access to YouTube is set up",
      text: "It takes CLIENT_ID, CLIENT_SECRET and REFRESH_TOKEN in the settings." };
  }
  if (status.paused) {
    return { kind: "warn", title: `Paused${status.paused_by ? ` by ${status.paused_by}` : ""}${
      status.paused_at ? ` since ${clock(status.paused_at, now)}` : ""}`, text: "" };
  }
  if (reason === "token") {
    return { kind: "bad", title: `No access to YouTube${error ? `: ${error.error}` : ""}`,
      text: until ? `The next try is ${at(until, now)}.` : "" };
  }
  if (reason === "youtube") {
    return { kind: "warn", title: `YouTube does not answer: ${goesOn}`, text: error?.error ?? "" };
  }
  if (reason === "quota") {
    return { kind: "warn", title: `Waiting for quota: ${goesOn}`,
      text: status.quota?.stopped_until ? "YouTube says that the quota is used up." : "" };
  }
  if (status.processor?.running === false) {
    return { kind: "bad", title: "No worker is running: nothing moves until one is started", text: "" };
  }
  return null;
}

function working(status, pending, processing, now) {
  const end = status.estimated_completion;
  if (status.waiting_for === "retry" && processing === 0) {
    const until = status.waiting_until ? at(status.waiting_until, now) : "soon";
    return { kind: "info", title: `${waitingText(status.queue, pending)}: it goes on ${until}`,
      text: "", halted: false };
  }
  const wait = pending > 0 ? waitingText(status.queue, pending)
    : `${counted(processing, "task is", "tasks are")} running`;
  return { kind: "info", title: `Working: ${wait}${end ? `, done about ${clock(end, now)}` : ""}`,
    text: "", halted: false };
}

/** "12,400 videos wait"; tasks instead of videos where one video may wait for several things. */
function waitingText(queue, pending) {
  const types = Object.keys(TASK_TYPES).filter((type) => queue?.[type]?.pending > 0);
  return types.length > 1 ? counted(pending, "task waits", "tasks wait")
    : counted(pending, "video waits", "videos wait");
}
