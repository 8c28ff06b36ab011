// "Send to YouTube…": what would be sent, field by field, and what cannot be, before it is sent.

import { api } from "./api.js";
import { changeLine } from "./changes.js";
import { bothValues } from "./conflicts.js";
import { counted, fieldLabel } from "./format.js";
import { openPreview } from "./preview-dialog.js";
import { queued } from "./sync-dialogs.js";
import { figuresOf } from "./sync-preview.js";
import { el, fill } from "./ui.js";

/**
 * Ask what to send of a video's edits; `overwrite` are fields whose value on YouTube is to be
 * replaced although it has changed there. `begun(answer)` is called when it is in the queue.
 */
export function sendVideo(video, overwrite, begun) {
  const place = el("div");
  let boxes = null;
  const chosen = () => boxes.filter((box) => box.checked);
  const body = () => {
    const contrary = chosen().filter((box) => box.dataset.contrary).map((box) => box.value);
    return { fields: chosen().map((box) => box.value), ...(contrary.length > 0 && { overwrite: contrary }) };
  };

  async function look(signal) {
    if (!boxes) {
      const all = await api.pushVideo(video.video_id, { dry_run: true }, signal);
      boxes = drawChoices(place, all, overwrite);
    }
    const fields = chosen().length;
    if (fields === 0) {
      const why = boxes.length > 0 ? "Choose what is to be sent." : "There is nothing that could be sent.";
      return { nodes: el("p", { className: "preview-count", textContent: why }), action: "Send", ready: false };
    }
    const { units } = await api.pushVideo(video.video_id, { ...body(), dry_run: true }, signal);
    return {
      nodes: el("p", { className: "preview-count" }, "This costs ",
        el("strong", { textContent: counted(units, "unit") }), " of quota."),
      action: `Send ${counted(fields, "field")}`,
      ready: true,
    };
  }

  openPreview({
    title: "Send to YouTube",
    scope: video.title || video.video_id,
    controls: [place],
    look,
    run: async () => begun(await api.pushVideo(video.video_id, body())),
  });
}

function drawChoices(place, { would_send: ready, not_sendable: kept, conflicts }, overwrite) {
  const boxes = [];
  const box = (field, checked, contrary) => {
    boxes.push(el("input", { type: "checkbox", className: "form-check-input", value: field, checked,
      dataset: contrary ? { contrary: "yes" } : {} }));
    return boxes.at(-1);
  };
  fill(place,
    ready.length > 0 && el("ul", { className: "examples" }, ready.map((one) => el("li", {},
      el("label", { className: "push-choice" },
        box(one.field, overwrite.length === 0 || overwrite.includes(one.field), false),
        el("span", {}, changeLine(one.field, [one.old, one.new]), note(one)))))),
    conflicts.length > 0 && el("ul", { className: "examples" }, conflicts.map((one) => el("li", {},
      el("label", { className: "push-choice" },
        box(one.field, overwrite.includes(one.field), true),
        el("span", {}, `${fieldLabel(one.field)} was changed on YouTube as well. Send ours anyway`)),
      bothValues(one.theirs, one.mine)))),
    kept.length > 0 && el("div", { className: "push-kept" },
      el("p", { className: "form-name", textContent: "Stays here" }),
      el("ul", {}, kept.map(({ field, reason }) =>
        el("li", { dir: "auto", textContent: `${fieldLabel(field)}: ${reason}` })))));
  return boxes;
}

/** An asset's value stands for all of its videos. */
function note({ to, also_changes_videos: others }) {
  if (to !== "asset") return null;
  const said = others > 0 ? `Also changes ${counted(others, "other video")} of this asset` : "Goes to its asset";
  return el("span", { className: others > 0 ? "push-also" : "muted small d-block", textContent: said });
}

/** The same for `{video_ids}` or `{filter}`; `scope` says in words what that is. */
export function sendChosen(target, scope, begun) {
  openPreview({
    title: "Send to YouTube",
    scope,
    look: async (signal) => {
      const answer = await api.pushVideos({ ...target, dry_run: true }, signal);
      const { videos, not_sendable_videos: kept = 0 } = answer;
      return {
        nodes: [
          figuresOf({ ...answer, count: videos }, "None of them has an edit that could be sent."),
          el("p", { className: "muted small m-0", textContent: [
            "All edits that YouTube does not know yet are sent.",
            kept > 0 && `${counted(kept, "video has", "videos have")} only edits that cannot be sent.`,
            "What was changed on YouTube meanwhile is not overwritten: it is shown at its video.",
          ].filter(Boolean).join(" ") }),
        ],
        action: videos ? `Send edits of ${counted(videos, "video")}` : "Nothing to send",
        ready: videos > 0,
      };
    },
    run: async () => {
      queued(await api.pushVideos(target));
      begun();
    },
  });
}
