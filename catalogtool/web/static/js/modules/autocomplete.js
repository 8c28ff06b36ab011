// Offering channel names while one types, in the browser's own list of suggestions.

import { api } from "./api.js";
import { debounce, el, fill } from "./ui.js";

/** Fill the input's datalist with the channels that hold what is typed. */
export function offerChannels(input) {
  let running;
  const offer = debounce(async () => {
    running?.abort();
    running = new AbortController();
    try {
      const { channels = [] } = await api.channels(input.value.trim(), running.signal);
      fill(input.list, channels.map((channel) => el("option", { value: channel.name ?? channel })));
    } catch {
      // Suggestions are a convenience: whole names can be typed without them.
    }
  }, 200);
  input.addEventListener("input", offer);
  input.addEventListener("focus", offer);
}
