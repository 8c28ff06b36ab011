// How much work is waiting, in the top bar; quiet while nothing does.

import { ask, connect, on } from "./events.js";
import { number } from "./format.js";

export function watchQueue(place) {
  const show = (status) => {
    const { pending = 0, processing = 0, failed = 0 } = status?.queue_length ?? {};
    const open = pending + processing;
    place.hidden = open === 0;
    place.textContent = open === 0 ? "" : `${number(open)} ${open === 1 ? "job" : "jobs"} to do`;
    place.title = [
      `${number(pending)} waiting, ${number(processing)} running, ${number(failed)} failed`,
      status?.quota ? `quota ${number(status.quota.used)} of ${number(status.quota.limit)}` : "",
    ].filter(Boolean).join(" · ");
  };
  on("processor_status", show);
  connect().on("connect", async () => {
    try {
      show(await ask("request_processor_status"));
    } catch {
      place.hidden = true;
    }
  });
}
