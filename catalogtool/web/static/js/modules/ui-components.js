// Parts that several screens share: badges, progress bars, states of a list.

import { el, icon } from "./ui.js";

const PRIVACY = { public: "good", unlisted: "warn", private: "plain" };
const POLICY = { monetize: "good", track: "info", block: "bad", other: "violet", none: "outline" };
const STATUS = {
  pending: ["plain", "Waiting"],
  processing: ["info", "Running"],
  completed: ["good", "Completed"],
  error: ["bad", "Failed"],
  failed: ["bad", "Failed"],
  cancelled: ["warn", "Cancelled"],
  undone: ["violet", "Undone"],
};
const CLAIM = [
  [/dispute|appeal|conflict|potential/i, "warn"],
  [/^(un|not |in)|^none$/i, "outline"],
  [/pending|review/i, "violet"],
  [/claim|active|yes/i, "info"],
];

export function tag(text, kind = "plain") {
  return el("span", { className: `tag tag-${kind}`, textContent: text });
}

export const privacyTag = (value) => value && tag(value, PRIVACY[value.toLowerCase()] ?? "plain");
export const policyTag = (value) => value && tag(value, POLICY[value] ?? "violet");

export function claimTag(value) {
  if (!value) return null;
  return tag(value, CLAIM.find(([pattern]) => pattern.test(value))?.[1] ?? "plain");
}

export function statusTag(status) {
  const [kind, text] = STATUS[status] ?? ["plain", status];
  return tag(text, kind);
}

/** A bar with `move(percentage, text)`; `label` names it for a screen reader. */
export function progressBar(label) {
  const fillBar = el("div", { className: "bar-fill" });
  const bar = el("div", {
    className: "bar",
    role: "progressbar",
    "aria-label": label,
    "aria-valuemin": 0,
    "aria-valuemax": 100,
    "aria-valuenow": 0,
  }, fillBar);
  bar.move = (percentage, text) => {
    const value = Math.max(0, Math.min(100, percentage));
    fillBar.style.transform = `scaleX(${value / 100})`;
    bar.setAttribute("aria-valuenow", Math.floor(value));
    if (text) bar.setAttribute("aria-valuetext", text);
  };
  return bar;
}

/** A list that holds nothing, or failed: what happened and what can be done about it. */
export function state({ title, text, image, action }) {
  return el("div", { className: "state" },
    image && icon(image),
    el("p", { className: "state-title", textContent: title }),
    text && el("p", { textContent: text }),
    action && button(action.label, action.run, { kind: action.kind ?? "quiet" }));
}

export function errorState(error, retry) {
  const id = error.requestId ? ` (request ${error.requestId})` : "";
  return state({
    title: "This could not be loaded",
    text: error.message + id,
    image: "alert",
    action: { label: "Try again", run: retry },
  });
}

export function button(label, run, { kind = "quiet", image, title } = {}) {
  return el("button", {
    type: "button",
    className: `btn btn-sm btn-${kind}`,
    title,
    on: { click: run },
  }, image && icon(image), image ? ` ${label}` : label);
}
