// The page "YouTube": how the work stands, the quota, and every task.

import { api } from "./modules/api.js";
import { makeQueueControls } from "./modules/queue-controls.js";
import { drawQuota } from "./modules/quota-panel.js";
import { sentenceOf } from "./modules/sync-sentence.js";
import { watchSync } from "./modules/sync-watch.js";
import { makeTaskFigures } from "./modules/task-figures.js";
import { makeTaskList } from "./modules/task-list.js";
import { fill, find } from "./modules/ui.js";
import { errorState } from "./modules/ui-components.js";

const tasks = makeTaskList(find("tasks"), () => again());
const drawFigures = makeTaskFigures(find("figures"));
const drawControls = makeQueueControls(find("sync"), () => again());
const again = watchSync(() => Promise.all([showStatus(), tasks.look()]));

async function showStatus() {
  try {
    draw(await api.syncStatus());
    fill(find("sync-error"));
  } catch (error) {
    fill(find("sync-error"), errorState(error, showStatus));
  }
}

function draw(status) {
  const { kind, title, text } = sentenceOf(status);
  const head = find("sync-sentence");
  head.dataset.kind = kind;
  if (head.textContent !== title) head.textContent = title;
  find("sync-text").textContent = text;
  drawControls(status);
  drawQuota(find("quota"), status);
  drawFigures(status.queue);
  tasks.drawTotals(status.queue);
}

find("figures").addEventListener("click", (event) => {
  const link = event.target.closest("[data-show]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  tasks.choose({ status: link.dataset.status, task_type: link.dataset.type, page: 1 });
  find("tasks").scrollIntoView({ block: "nearest" });
});

tasks.load();
showStatus();
