// What may still be asked of YouTube today, what reading and writing have used, and when it grows.

import { at, counted, number } from "./format.js";
import { hoursChart } from "./hours-chart.js";
import { el, fill } from "./ui.js";

/** Draw the panel's content from an answer of /api/sync/status; an open table stays open. */
export function drawQuota(place, { quota, hours }) {
  const open = Boolean(place.querySelector("details")?.open);
  const focused = place.contains(document.activeElement);
  const write = quota.write_used ?? 0;
  const read = Math.max(0, quota.used - write);
  const left = quota.left ?? Math.max(0, quota.limit - quota.used);
  fill(place,
    el("p", { className: "quota-left" },
      el("strong", { textContent: number(left) }), ` of ${counted(quota.limit, "unit")} left`),
    meter(quota, read, write),
    el("ul", { className: "quota-parts" },
      part("read", "Reading", number(read), ""),
      part("write", "Sending edits", number(write), ` of at most ${number(quota.write_limit)}`)),
    el("p", { className: "muted small m-0", textContent: laterText(quota) }),
    quota.stopped_until && el("p", { className: "quota-stop", dir: "auto",
      textContent: stopText(quota) }),
    hours?.length > 0 && hoursChart(hours));
  const details = place.querySelector("details");
  if (details) details.open = open;
  if (focused) details?.querySelector("summary").focus({ preventScroll: true });
}

function meter(quota, read, write) {
  const bars = [["quota-read", read], ["quota-write", write]].map(([className, units]) => {
    const bar = el("div", { className });
    bar.style.width = `${quota.limit ? (100 * units) / quota.limit : 0}%`;
    return bar;
  });
  return el("div", { className: "quota-bar", role: "meter", "aria-label": "Quota used",
    "aria-valuemin": 0, "aria-valuemax": quota.limit, "aria-valuenow": quota.used,
    "aria-valuetext": `${number(quota.used)} of ${counted(quota.limit, "unit")} used` }, bars);
}

function part(kind, name, used, rest) {
  return el("li", {}, el("span", { className: `quota-key quota-${kind}`, "aria-hidden": "true" }),
    `${name}: `, el("strong", { textContent: used }), rest);
}

function laterText({ used, resets_at: resets }) {
  const window = "Each unit comes free 24 hours after it was used";
  return used > 0 && resets ? `${window}: the next ones ${at(resets)}.` : `${window}.`;
}

function stopText({ stopped_until: until, stop_reason: reason }) {
  return `YouTube takes no more questions for now${reason ? ` (${reason})` : ""}: the next try is ${at(until)}.`;
}
