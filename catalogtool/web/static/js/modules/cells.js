// What stands in a cell: a function of the video and the column's key that gives nodes or text.

import { changesCell } from "./changes.js";
import { conflictsOf } from "./conflicts.js";
import * as format from "./format.js";
import { pendingTexts } from "./pending.js";
import { el } from "./ui.js";
import { claimTag, policyTag, privacyTag, tag } from "./ui-components.js";

/** The small picture; a picture that cannot be had leaves its place empty. */
export function thumbnail(video) {
  const picture = el("img", {
    className: "thumb",
    alt: "",
    loading: "lazy",
    decoding: "async",
    width: 64,
    height: 36,
    referrerPolicy: "no-referrer",
    on: { error: () => picture.remove() },
  });
  picture.src = `https://i.ytimg.com/vi/${encodeURIComponent(video.video_id)}/default.jpg`;
  return el("span", { className: "thumb-place" }, picture);
}

export function title(video) {
  const pending = Object.keys(video.pending_edits ?? {}).length;
  return [
    el("a", {
      className: "video-title",
      href: `?video=${encodeURIComponent(video.video_id)}`,
      dir: "auto",
      title: video.title ?? "",
      textContent: video.title || "(no title)",
      dataset: { open: video.video_id },
    }),
    el("span", { className: "video-line" },
      el("span", { className: "code muted", textContent: video.video_id }),
      video.is_short && tag("Short", "violet"),
      video.is_live_stream && tag("Live", "bad"),
      video.hidden && tag("Hidden", "outline"),
      pending > 0 && pendingTag(video, pending)),
  ];
}

function pendingTag(video, pending) {
  const contrary = conflictsOf(video).length;
  const mark = contrary > 0 ? tag(`${contrary} changed on YouTube too`, "bad")
    : tag(`${pending} not on YouTube`, "warn");
  mark.title = pendingTexts(video);
  return mark;
}

export const text = (video, key) =>
  video[key] && el("span", { className: "clip", dir: "auto", title: video[key], textContent: video[key] });

export const list = (video, key) => {
  const joined = (video[key] ?? []).join(", ");
  return joined && el("span", { className: "clip", dir: "auto", title: joined, textContent: joined });
};

export const code = (video, key) =>
  video[key] && el("span", { className: "code clip", title: video[key], textContent: video[key] });

export const count = (video, key) => format.number(video[key]);
export const length = (video, key) => format.duration(video[key]);
export const privacy = (video) => privacyTag(video.privacy_status);
export const yesNo = (video, key) => format.plain(video[key]);

export function claim(video) {
  const another = video.claimed_by_another_owner === "Yes";
  const owners = video.other_owners_claiming ?? "";
  const mark = another && tag("other owner", "warn");
  if (mark) mark.title = owners;
  return el("span", { className: "tags" }, claimTag(video.claimed_status), mark);
}

export function policy(video) {
  const badge = policyTag(video.policy);
  if (badge && video.effective_policy) badge.title = video.effective_policy;
  return badge;
}

export const day = (video, key) =>
  video[key] && el("time", { dateTime: video[key], title: format.time(video[key]),
    textContent: format.date(video[key]) });

export const ago = (video, key) =>
  video[key] && el("time", { dateTime: video[key], title: format.time(video[key]),
    textContent: format.ago(video[key]) });

export const changes = (video) => changesCell(video.last_changes);
