// All that is known of one video, in groups; what is being edited stays when the rest moves on.

import { makeFact } from "./fact.js";
import { el, fill } from "./ui.js";

const GROUPS = [
  ["Identity", ["title", "video_id", "channel_display_name", "channel_id", "asset_id", "custom_id"]],
  ["Music", ["artist", "genre", "label", "isrc", "upc"]],
  ["Rights", ["claimed_status", "claimed_by_another_owner", "other_owners_claiming",
    "effective_policy"]],
  ["Video", ["category", "privacy_status", "is_short", "views", "video_length", "time_published",
    "upload_source", "embedding_allowed", "ratings_allowed", "comments_allowed"]],
  ["In this catalogue", ["notes", "hidden", "administered", "administered_at", "updated_at",
    "last_synced"]],
];

/** The groups as `node`, `update(video)` and `isDirty()`; `save(field, value, base)` sends an edit. */
export function makeFacts(video, save) {
  const facts = [];
  const ads = el("div");
  const make = (field, of) => {
    const fact = makeFact(field, of, save);
    facts.push(fact);
    return fact.nodes;
  };
  const groups = GROUPS.map(([name, fields]) => group(name, fields.map((field) => make(field, video))));
  const drawAds = (of) => {
    const known = Object.entries(of.ad_settings ?? {}).filter(([, value]) => value !== null);
    fill(ads, known.length > 0 && group("Advertising", known.map(([field]) =>
      makeFact(field, of.ad_settings).nodes)));
  };
  drawAds(video);
  return {
    node: el("div", {}, groups, ads),
    update(news) {
      facts.forEach((fact) => fact.update(news));
      drawAds(news);
    },
    isDirty: () => facts.some((fact) => fact.isDirty()),
  };
}

function group(name, lines) {
  return el("section", { className: "detail-group" },
    el("h3", { textContent: name }), el("dl", { className: "facts" }, lines));
}
