// How much work is waiting and how much quota is left, in the top bar.

import { ask, connect, on } from "./events.js";
import { at, counted, number } from "./format.js";

export function watchQueue(place) {
  const show = (status) => {
    const { pending = 0, processing = 0, failed = 0 } = status?.queue_length ?? {};
    const quota = status?.quota;
    const open = pending + processing;
    const said = [
      open > 0 && `${number(open)} to do`,
      quota && `${counted(Math.max(0, quota.limit - quota.used), "unit")} left`,
    ].filter(Boolean).join(" · ");
    place.hidden = !said;
    if (place.textContent !== said) place.textContent = said;
    place.title = [
      `${number(pending)} waiting, ${number(processing)} running, ${number(failed)} failed`,
      quota && `YouTube's quota: ${number(quota.used)} of ${number(quota.limit)} units used in 24 hours`,
      quota?.used > 0 && quota.resets_at && `the next units come free ${at(quota.resets_at)}`,
    ].filter(Boolean).join("\n");
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
