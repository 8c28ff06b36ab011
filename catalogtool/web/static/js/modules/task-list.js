// The list of tasks, newest first, by state and type; it follows the work without moving under a hand.

import { api, queryString } from "./api.js";
import { makeListPager } from "./list-pager.js";
import { counted, number, roughly } from "./format.js";
import { makeTaskRows } from "./task-rows.js";
import { totalsOf } from "./task-types.js";
import { toastError } from "./toasts.js";
import { announce, fill, find, findAll } from "./ui.js";
import { errorState, state } from "./ui-components.js";

const PER_PAGE = 25;
const NOTHING = {
  failed: { title: "Nothing has failed", image: "check" },
  pending: { title: "Nothing waits", image: "check" },
  processing: { title: "Nothing is running just now" },
  completed: { title: "Nothing was done lately", text: "What is done leaves this list after a week." },
  "": { title: "No tasks yet",
    text: "“Sync now” beside a video, an import, or “Sync everything…” puts some here." },
};

/** Bind the panel; `changed()` is called when a task was tried again or cancelled. */
export function makeTaskList(root, changed) {
  const states = findAll("task-status", root);
  const type = find("task-type", root);
  const table = find("task-table", root);
  const place = find("task-list-state", root);
  const rows = makeTaskRows(find("task-rows", root), {
    retry: (task) => act(() => api.retryTask(task.id), "It will be tried again"),
    cancel: (task) => act(() => api.cancelTask(task.id), "The task is cancelled"),
  }, () => look());
  const pager = makeListPager(find("task-pager", root), (wanted) => choose({ page: wanted }));
  let chosen = { status: "", task_type: "", page: 1 };
  let running = new AbortController();

  for (const one of states) one.addEventListener("click", () => choose({ status: one.dataset.taskStatus, page: 1 }));
  type.addEventListener("change", () => choose({ task_type: type.value, page: 1 }));
  window.addEventListener("popstate", readAddress);

  function choose(part) {
    chosen = { ...chosen, ...part };
    const { status, task_type, page } = chosen;
    history.replaceState(null, "", location.pathname
      + queryString({ status, task_type, page: page > 1 ? page : "" }));
    return show();
  }

  function readAddress() {
    const query = new URLSearchParams(location.search);
    const status = query.get("status") ?? "";
    chosen = {
      status: status in NOTHING ? status : "",
      task_type: [...type.options].some((one) => one.value === query.get("task_type"))
        ? query.get("task_type") : "",
      page: Math.max(1, Number.parseInt(query.get("page") ?? "1", 10) || 1),
    };
    return show();
  }

  /** Show what is chosen, anew. */
  async function show() {
    for (const one of states) one.setAttribute("aria-pressed", String(one.dataset.taskStatus === chosen.status));
    type.value = chosen.task_type;
    table.setAttribute("aria-busy", "true");
    rows.forget();
    const answer = await look();
    if (answer) announce(`${counted(answer.total, "task")} found`);
  }

  /** Read the same page again; gives the answer, or null where there is none. */
  async function look() {
    running.abort();
    running = new AbortController();
    const { signal } = running;
    try {
      const answer = await api.syncTasks({ ...chosen, per_page: PER_PAGE }, signal);
      draw(answer);
      return answer;
    } catch (error) {
      if (error.name !== "AbortError") refuse(error);
      return null;
    }
  }

  function draw(answer) {
    table.setAttribute("aria-busy", "false");
    rows.draw(answer.tasks);
    table.hidden = rows.isEmpty();
    fill(place, table.hidden && state(chosen.task_type && chosen.status === ""
      ? { title: "No tasks of this type" } : NOTHING[chosen.status]));
    find("task-count", root).textContent = answer.total_is_exact === false
      ? `about ${roughly(answer.total)}` : counted(answer.total, "task");
    pager.show(answer);
  }

  function refuse(error) {
    table.setAttribute("aria-busy", "false");
    table.hidden = true;
    fill(place, errorState(error, () => show()));
  }

  async function act(action, said) {
    try {
      await action();
      announce(said);
    } catch (error) {
      toastError(error);
    }
    changed();
    await look();
  }

  return {
    load: readAddress,
    look,
    choose,
    /** The numbers on the buttons, from the queue's figures. */
    drawTotals(queue) {
      const totals = totalsOf(queue);
      for (const one of states) {
        const count = totals[one.dataset.taskStatus];
        const badge = find("count", one);
        if (badge) badge.textContent = count > 0 ? number(count) : "";
        one.classList.toggle("is-bad", one.dataset.taskStatus === "failed" && count > 0);
      }
    },
  };
}
