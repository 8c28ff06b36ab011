// "Sync everything…", and the same for the videos that are chosen in the catalogue.

import { api } from "./api.js";
import { makeChannelPicker } from "./channel-picker.js";
import { counted } from "./format.js";
import { openPreview } from "./preview-dialog.js";
import { figuresOf } from "./sync-preview.js";
import { TASK_TYPES } from "./task-types.js";
import { toast } from "./toasts.js";
import { el } from "./ui.js";

const PRIORITIES = [["high", "High: before the rest"], ["normal", "Normal"], ["low", "Low: when nothing else waits"]];
const PULLS = ["metadata_sync", "ownership_update", "asset_enrichment"];

/** Ask what to sync of the whole catalogue; `begun()` is called when it is in the queue. */
export function syncEverything(begun) {
  const channels = makeChannelPicker(() => dialog.again());
  const priority = select("sync-priority", PRIORITIES, "normal");
  const force = forceBox(false);
  const body = () => ({
    ...(channels.names().length > 0 && { channels: channels.names() }),
    priority: priority.value,
    force_refresh: force.isOn(),
  });
  const dialog = openPreview({
    title: "Sync everything",
    scope: "Asks YouTube for the present data of many videos, fifty with one unit of quota.",
    controls: [
      channels.node,
      named("Priority", "sync-priority", priority),
      force.node,
    ],
    look: async (signal) => previewOf(await api.syncAll({ ...body(), dry_run: true }, signal)),
    run: async () => {
      queued(await api.syncAll(body()));
      begun();
    },
  });
}

/** Ask what to sync of `{video_ids}` or `{filter}`; `scope` says in words what that is. */
export function syncChosen(target, scope, begun) {
  const type = select("sync-type", PULLS.map((one) => [one, `${TASK_TYPES[one].name}: ${TASK_TYPES[one].about}`]),
    PULLS[0]);
  const force = forceBox("video_ids" in target);
  const body = () => ({ ...target, task_type: type.value, force_refresh: force.isOn() });
  openPreview({
    title: "Sync with YouTube",
    scope,
    controls: [named("What to ask for", "sync-type", type), force.node],
    look: async (signal) => previewOf(await api.syncVideos({ ...body(), dry_run: true }, signal)),
    run: async () => {
      queued(await api.syncVideos(body()));
      begun();
    },
  });
}

function previewOf(answer) {
  const count = answer.jobs_created;
  return {
    nodes: figuresOf({ ...answer, count }, "There is nothing to ask: all of it waits already, or was asked lately."),
    action: count ? `Sync ${counted(count, "video")}` : "Nothing to do",
    ready: count > 0,
  };
}

/** Whether also those are meant that YouTube was asked about a short while ago. */
function forceBox(checked) {
  const box = el("input", { type: "checkbox", className: "form-check-input", checked });
  const node = el("label", { className: "form-check export-safe" }, box, el("span", {}, "Also what was asked lately",
    el("br"), el("span", { className: "muted small",
      textContent: "Otherwise what YouTube was asked in the last 24 hours is left out." })));
  return { node, isOn: () => box.checked };
}

/** Tell that so many tasks were put into the queue. */
export function queued({ jobs_created: count }) {
  toast(`${counted(count, "video is", "videos are")} in the queue`, "good", "The page YouTube shows how it goes.");
}

export function named(label, id, control) {
  return el("div", {}, el("label", { for: id, className: "form-name", textContent: label }), control);
}

function select(id, options, chosen) {
  return el("select", { className: "form-select form-select-sm", id }, options.map(([value, label]) =>
    el("option", { value, textContent: label, selected: value === chosen })));
}
