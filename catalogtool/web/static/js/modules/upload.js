// Bringing files into the report store: by button or by drop, one after the other.

import { answer, csrfToken } from "./api.js";
import { bytes } from "./format.js";
import { announce, el, find } from "./ui.js";
import { progressBar } from "./ui-components.js";
import { toast, toastError } from "./toasts.js";

/** Bind the drop zone; `uploaded(key)` is called for each file that has arrived. */
export function makeUpload(zone, uploaded) {
  const input = find("upload-input", zone);
  const list = find("uploads", zone);
  let queue = Promise.resolve();
  let depth = 0;

  input.addEventListener("change", () => {
    accept(input.files);
    input.value = "";
  });
  find("upload-button", zone).addEventListener("click", () => input.click());
  zone.addEventListener("dragenter", (event) => highlight(event, 1));
  zone.addEventListener("dragleave", (event) => highlight(event, -1));
  zone.addEventListener("dragover", (event) => event.preventDefault());
  zone.addEventListener("drop", (event) => {
    highlight(event, -depth);
    accept(event.dataTransfer.files);
  });

  function highlight(event, step) {
    event.preventDefault();
    depth = Math.max(0, depth + step);
    zone.classList.toggle("is-target", depth > 0);
  }

  function accept(files) {
    for (const file of files) {
      const line = uploadLine(file);
      list.append(line.node);
      queue = queue.then(() => bring(file, line));
    }
  }

  async function bring(file, line) {
    try {
      const { key } = await send(file, line.move);
      announce(`${file.name} is uploaded`);
      toast(`${file.name} is in the store`, "good", "Choose Process to bring it into the catalogue.");
      uploaded(key);
    } catch (error) {
      toastError(error);
    } finally {
      line.node.remove();
    }
  }
}

/** XMLHttpRequest, because fetch cannot tell how far an upload is. */
function send(file, move) {
  return new Promise((resolve, reject) => {
    const form = new FormData();
    form.append("file", file);
    const call = new XMLHttpRequest();
    const finish = () => {
      try {
        resolve(answer(call.status, call.responseText));
      } catch (error) {
        reject(error);
      }
    };
    call.open("POST", "/api/reports/upload");
    call.setRequestHeader("Accept", "application/json");
    call.setRequestHeader("X-CSRF-Token", csrfToken());
    call.upload.addEventListener("progress", (event) => {
      if (event.lengthComputable) move(event.loaded, event.total);
    });
    call.addEventListener("load", finish);
    call.addEventListener("error", finish);
    call.send(form);
  });
}

function uploadLine(file) {
  const bar = progressBar(`Uploading ${file.name}`);
  const text = el("span", { className: "muted", textContent: "waiting" });
  const node = el("li", { className: "upload-line" },
    el("div", { className: "upload-text" },
      el("span", { className: "clip", dir: "auto", textContent: file.name }), text), bar);
  const move = (loaded, total) => {
    const percentage = total ? (100 * loaded) / total : 100;
    bar.move(percentage, `${Math.floor(percentage)} %`);
    text.textContent = percentage < 100 ? `${bytes(loaded)} of ${bytes(total)}` : "storing…";
  };
  return { node, move };
}
