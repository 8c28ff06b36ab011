// The rows of the channels' table.

import * as format from "./format.js";
import { button, tag } from "./ui-components.js";
import { el } from "./ui.js";

/** A row; `actions` are `edit(channel)` and `hide(channel)`, `pictures` the allowed sources. */
export function channelRow(channel, actions, pictures) {
  return el("tr", { dataset: { channel: channel.name } },
    el("td", { className: "channel-face" }, face(channel, pictures)),
    el("td", { className: "channel-name" },
      el("a", { className: "channel-link", dir: "auto", textContent: channel.name,
        href: `/?channel=${encodeURIComponent(channel.name)}${channel.hidden ? "&hidden=all" : ""}` }),
      el("span", { className: "video-line" },
        channel.hidden && tag("Hidden", "outline"),
        channel.is_monetized !== null
          && tag(channel.is_monetized ? "Monetized" : "Not monetized", channel.is_monetized ? "good" : "plain"),
        channel.country && el("span", { className: "muted", textContent: channel.country }),
        channel.description && el("span", { className: "muted clip channel-about", dir: "auto",
          title: channel.description, textContent: channel.description }))),
    count("Videos here", channel.video_count),
    count("On YouTube", channel.youtube_video_count),
    count("Subscribers", channel.subscriber_count),
    count("Views", channel.view_count),
    el("td", { className: "channel-buttons" },
      button("Edit", () => actions.edit(channel), { image: "pencil", title: `Edit ${channel.name}` }),
      button(channel.hidden ? "Show" : "Hide", () => actions.hide(channel),
        { title: `${channel.hidden ? "Show" : "Hide"} ${channel.name}` })));
}

function count(label, value) {
  return el("td", { className: "number", dataset: { label }, title: format.number(value) || null,
    textContent: label === "Videos here" ? format.number(value) : format.compact(value) || "–" });
}

/** The picture where the page may show its source, else the name's first letters. */
function face(channel, pictures) {
  const letters = el("span", { className: "face", "aria-hidden": "true", textContent: initials(channel.name) });
  if (!channel.image_url || !pictures.some((source) => channel.image_url.startsWith(`${source}/`))) {
    return letters;
  }
  const picture = el("img", { className: "face", alt: "", loading: "lazy", width: 36, height: 36,
    referrerPolicy: "no-referrer", on: { error: () => picture.replaceWith(letters) } });
  picture.src = channel.image_url;
  return picture;
}

function initials(name) {
  const words = name.trim().split(/\s+/u).slice(0, 2);
  return words.map((word) => [...word][0] ?? "").join("").toUpperCase();
}
