// The parts of one video's drawer; each takes what the server sent and gives nodes.

import { changeList } from "./changes.js";
import * as format from "./format.js";
import { el } from "./ui.js";
import { claimTag, policyTag, privacyTag, tag } from "./ui-components.js";

const GROUPS = [
  ["Identity", ["video_id", "channel_display_name", "channel_id", "asset_id", "custom_id"]],
  ["Music", ["artist", "genre", "label", "isrc", "upc"]],
  ["Rights", ["claimed_status", "claimed_by_another_owner", "other_owners_claiming",
    "effective_policy"]],
  ["Video", ["category", "views", "video_length", "time_published", "upload_source",
    "embedding_allowed", "ratings_allowed", "comments_allowed"]],
  ["In this catalogue", ["administered", "administered_at", "hidden", "notes", "updated_at", "last_synced"]],
];
const TIMES = new Set(["time_published", "administered_at", "updated_at", "last_synced"]);
const CODES = new Set(["video_id", "channel_id", "asset_id", "custom_id", "isrc", "upc"]);
const SOURCES = { report: "Report", user: "Edited", youtube: "YouTube", rollback: "Put back" };

export function heading(video) {
  const address = `https://www.youtube.com/watch?v=${encodeURIComponent(video.video_id)}`;
  return [
    el("div", { className: "tags" },
      privacyTag(video.privacy_status), claimTag(video.claimed_status), policyTag(video.policy),
      video.is_short && tag("Short", "violet"),
      video.is_live_stream && tag("Live", "bad"),
      video.hidden && tag("Hidden", "outline")),
    el("a", { href: address, target: "_blank", rel: "noopener noreferrer", className: "small",
      textContent: "Watch on YouTube" }),
  ];
}

export function fields(video) {
  const groups = GROUPS.map(([name, keys]) => group(name, keys.map((key) => [key, video[key]]), video));
  const ads = Object.entries(video.ad_settings ?? {}).filter(([, value]) => value !== null);
  if (ads.length) groups.push(group("Advertising", ads, video));
  return groups;
}

function group(name, entries, video) {
  return el("section", { className: "detail-group" },
    el("h3", { textContent: name }),
    el("dl", { className: "facts" }, entries.map(([key, value]) => [
      el("dt", { textContent: format.fieldLabel(key) }),
      el("dd", { dir: "auto", className: CODES.has(key) && value ? "code" : "" },
        shown(key, value), pendingNote(video.pending_edits?.[key])),
    ])));
}

function shown(key, value) {
  if (key === "video_length") return format.duration(value) || "–";
  if (TIMES.has(key)) return format.time(value) || "–";
  return format.plain(value);
}

function pendingNote(edit) {
  if (!edit) return null;
  return el("span", { className: "pending-note",
    textContent: `Edited to ${format.plain(edit.value)} ${format.ago(edit.at)}; not on YouTube yet` });
}

export function claims(list) {
  if (!list?.length) return el("p", { className: "muted", textContent: "No claim on this video." });
  return list.map((claim) => el("article", { className: "record" },
    el("header", { className: "record-head" },
      el("span", { className: "code", textContent: claim.claim_id ?? "Claim without an id" }),
      claimTag(claim.claim_status)),
    el("dl", { className: "facts" }, Object.entries(claim)
      .filter(([key, value]) => !["id", "video_id", "claim_id", "claim_status"].includes(key)
        && value !== null && value !== "")
      .map(([key, value]) => [
        el("dt", { textContent: format.fieldLabel(key) }),
        el("dd", { dir: "auto", textContent: claimValue(key, value) }),
      ]))));
}

function claimValue(key, value) {
  if (key.endsWith("_at")) return format.time(value);
  return format.plain(value);
}

export function historyRecords(records) {
  return records.map((record) => el("li", { className: "record" },
    el("header", { className: "record-head" },
      el("time", { dateTime: record.sync_time, title: format.ago(record.sync_time),
        textContent: format.time(record.sync_time) }),
      tag(SOURCES[record.source] ?? record.source),
      record.user && el("span", { className: "muted", textContent: userName(record.user) })),
    changeList(record.changes)));
}

const userName = (user) => (typeof user === "object" ? user.email ?? user.username ?? "" : String(user));
