// Putting one record's old values back, and telling what came of it.

import { api } from "./api.js";
import { fieldLabel, plain } from "./format.js";
import { announce, el, fill } from "./ui.js";
import { toastError } from "./toasts.js";

/** Put a record back; the answer stands in `outcome`, and `after()` is called if anything changed. */
export async function putBack(record, button, outcome, after) {
  button.disabled = true;
  try {
    const answer = await api.putBack(record.id);
    fill(outcome, outcomeLines(answer));
    announce(outcome.textContent);
    if (Object.keys(answer.restored).length > 0) after?.();
    else button.disabled = false;
  } catch (error) {
    button.disabled = false;
    toastError(error);
  }
}

function outcomeLines({ restored, skipped }) {
  const lines = Object.entries(restored).map(([field, value]) => el("p", {},
    `${fieldLabel(field)} is back to `, el("strong", { dir: "auto", textContent: plain(value) })));
  const left = skipped.map(({ field, reason, present }) => el("p", {}, field
    ? [`${fieldLabel(field)} stays `, el("strong", { dir: "auto", textContent: plain(present) }), `: ${reason}`]
    : reason));
  return [...lines, ...left];
}
