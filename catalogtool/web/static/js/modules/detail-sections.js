// The parts of one video's drawer; each takes what the server sent and gives nodes.

import * as format from "./format.js";
import { el } from "./ui.js";
import { claimTag, policyTag, privacyTag, tag } from "./ui-components.js";

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
