// What people may tell of a channel: its name, description, picture, country, monetization.

import { api } from "./api.js";
import { confirmed } from "./ask.js";
import { counted } from "./format.js";
import { reasonOf } from "./saving.js";
import { fill, find } from "./ui.js";

const FIELDS = ["new_name", "description", "image_url", "country", "is_monetized"];
const TRUTH = { true: true, false: false };

/** Bind the dialogue; `saved(channel)` is called with the channel as it is now. */
export function makeChannelForm(dialog, saved) {
  const form = find("channel-form", dialog);
  const error = find("channel-error", dialog);
  const field = (name) => form.elements.namedItem(name);
  let channel;

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send();
  });
  for (const one of dialog.querySelectorAll("[data-close]")) one.addEventListener("click", () => dialog.close());

  async function send() {
    const changes = changed();
    if (Object.keys(changes).length === 0) {
      dialog.close();
      return;
    }
    if (changes.new_name && !(await mayRename(changes.new_name))) return;
    form.setAttribute("aria-busy", "true");
    clean();
    try {
      const answer = await api.updateChannel(channel.name, changes);
      dialog.close();
      saved(answer.channel);
    } catch (failure) {
      refuse(failure);
    }
    form.setAttribute("aria-busy", "false");
  }

  /** Only what differs is sent: two people may tell different things of one channel. */
  function changed() {
    const now = present(channel);
    return Object.fromEntries(FIELDS.map((name) => [name, valueOf(name, field(name).value)])
      .filter(([name, value]) => value !== now[name]));
  }

  function mayRename(name) {
    if (!channel.video_count) return true;
    return confirmed({
      title: "Rename the channel?",
      text: [`“${channel.name}” becomes “${name}”.`,
        `${counted(channel.video_count, "video")} will carry the new name.`],
      action: "Rename",
    });
  }

  function refuse(failure) {
    const named = field(failure.details?.field ?? "");
    named?.setAttribute?.("aria-invalid", "true");
    fill(error, reasonOf(failure, failure.details?.field));
    (named?.focus ? named : field("new_name")).focus();
  }

  function clean() {
    fill(error);
    for (const name of FIELDS) field(name).removeAttribute("aria-invalid");
  }

  return (chosen) => {
    channel = chosen;
    const now = present(channel);
    for (const name of FIELDS) field(name).value = now[name] ?? "";
    find("channel-title", dialog).textContent = channel.name;
    clean();
    dialog.showModal();
    field("new_name").select();
  };
}

const present = (channel) => ({
  new_name: channel.name,
  description: channel.description,
  image_url: channel.image_url,
  country: channel.country,
  is_monetized: channel.is_monetized,
});

function valueOf(name, text) {
  if (name === "is_monetized") return TRUTH[text] ?? null;
  const value = text.trim();
  if (name === "country") return value.toUpperCase() || null;
  return value || (name === "new_name" ? "" : null);
}
