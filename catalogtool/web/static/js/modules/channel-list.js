// The list of channels: searched, paged, and each edited, hidden or shown.

import { api, queryString } from "./api.js";
import { confirmed } from "./ask.js";
import { channelRow } from "./channel-rows.js";
import { counted } from "./format.js";
import { makeListPager } from "./list-pager.js";
import { toast, toastError } from "./toasts.js";
import { announce, debounce, fill, find } from "./ui.js";
import { errorState, state } from "./ui-components.js";

const PER_PAGE = 50;
const TYPING_PAUSE = 200;

/** Bind the panel; `edit(channel)` opens its form. Gives `load()` and `again()`. */
export function makeChannelList(root, edit) {
  const search = find("channel-search", root);
  const monetization = find("channel-monetization", root);
  const table = find("channel-table", root);
  const pictures = root.dataset.pictures.split(" ");
  const pager = makeListPager(find("channel-pager", root), (page) => show(page));
  let running = new AbortController();
  let present = 1;

  search.addEventListener("input", debounce(() => show(1), TYPING_PAUSE));
  monetization.addEventListener("change", () => show(1));

  async function show(page) {
    running.abort();
    running = new AbortController();
    present = page;
    const query = { search: search.value.trim(), monetization: monetization.value };
    history.replaceState(null, "", location.pathname + queryString({ ...query, page: page > 1 ? page : "" }));
    table.setAttribute("aria-busy", "true");
    try {
      draw(await api.allChannels({ ...query, page, per_page: PER_PAGE }, running.signal));
    } catch (error) {
      if (error.name === "AbortError") return;
      table.hidden = true;
      fill(find("channel-state", root), errorState(error, () => show(page)));
    }
    table.setAttribute("aria-busy", "false");
  }

  function draw(answer) {
    fill(find("channel-rows", root), answer.channels.map((channel) =>
      channelRow(channel, { edit, hide }, pictures)));
    table.hidden = answer.channels.length === 0;
    fill(find("channel-state", root), table.hidden && (search.value || monetization.value
      ? state({ title: "No channel matches", image: "search" })
      : state({ title: "No channels yet", text: "They come with the first report." })));
    find("channel-count", root).textContent = counted(answer.total, "channel");
    announce(`${counted(answer.total, "channel")} found`);
    pager.show(answer);
  }

  async function hide(channel) {
    const hidden = !channel.hidden;
    const title = `${hidden ? "Hide" : "Show"} “${channel.name}”?`;
    const text = hidden
      ? `${counted(channel.video_count, "video")} will be left out of the catalogue's lists until the channel is shown again.`
      : `${counted(channel.video_count, "video")} will stand in the catalogue's lists again.`;
    const agreed = channel.video_count === 0
      || await confirmed({ title, text, action: hidden ? "Hide" : "Show" });
    if (!agreed) return;
    try {
      await api.hideChannel(channel.name, hidden);
      toast(`“${channel.name}” is ${hidden ? "hidden" : "shown again"}`, "good");
    } catch (error) {
      toastError(error);
    }
    show(present);
  }

  return {
    load() {
      const query = new URLSearchParams(location.search);
      search.value = query.get("search") ?? "";
      monetization.value = query.get("monetization") ?? "";
      show(Math.max(1, Number.parseInt(query.get("page") ?? "1", 10) || 1));
    },
    again: () => show(present),
  };
}
