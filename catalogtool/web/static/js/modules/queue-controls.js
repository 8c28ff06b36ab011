// What an administrator may do with the whole queue: pause, go on, sync everything, try again.

import { api } from "./api.js";
import { confirmed } from "./ask.js";
import { counted } from "./format.js";
import { syncEverything } from "./sync-dialogs.js";
import { totalsOf } from "./task-types.js";
import { toast, toastError } from "./toasts.js";
import { find } from "./ui.js";

/** Bind the buttons, where there are any; gives `draw(status)`. `changed()` asks for a new look. */
export function makeQueueControls(root, changed) {
  const pause = find("pause", root);
  const everything = find("sync-everything", root);
  const retry = find("retry-failed");
  let paused = false;
  let failed = 0;

  pause?.addEventListener("click", async () => {
    pause.disabled = true;
    await attempt(() => api.pauseSync(!paused));
    pause.disabled = false;
  });
  everything?.addEventListener("click", () => syncEverything(changed));
  retry?.addEventListener("click", async () => {
    const agreed = await confirmed({
      title: "Try all failed tasks again?",
      text: `${counted(failed, "task goes", "tasks go")} back into the queue and ${
        failed === 1 ? "uses" : "use"} quota again.`,
      action: "Try again",
    });
    if (!agreed) return;
    await attempt(async () => {
      const { retried } = await api.retryFailed({});
      toast(`${counted(retried, "task is", "tasks are")} in the queue again`, "good");
    });
  });

  async function attempt(action) {
    try {
      await action();
    } catch (error) {
      toastError(error);
    }
    changed();
  }

  return (status) => {
    paused = status.paused;
    failed = totalsOf(status.queue).failed;
    if (pause) find("pause-text", pause).textContent = paused ? "Go on" : "Pause";
    if (retry) retry.hidden = failed === 0;
  };
}
