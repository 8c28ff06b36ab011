// Cards of bulk changes that follow their work once a second, until it is over.

import { api } from "./api.js";
import { confirmed } from "./ask.js";
import { batchCard, isOver, resultText, titleOf } from "./batch-card.js";
import { counted } from "./format.js";
import { toastError } from "./toasts.js";
import { announce } from "./ui.js";

const PAUSE = 1000;

/**
 * Keep cards in a list. `begun(batch)` is called with the batch of an undo, which wants a card too;
 * `ended(batch)` when one that was running is over; `dismiss(batch)`, if given, takes one away.
 */
export function makeBatches(list, { begun, ended = () => {}, dismiss }) {
  const cards = new Map();
  const seen = new Map();
  const actions = { cancel, undo, dismiss: dismiss && ((batch) => (remove(batch), dismiss(batch))) };

  /** Remember batches, so that the undo of one can be named after it. */
  const know = (batches) => batches.forEach((batch) => seen.set(batch.batch_id, batch));

  /** The card of this batch, up to date. */
  function card(batch) {
    const known = cards.get(batch.batch_id);
    if (known) {
      known.update(batch);
      return known.node;
    }
    know([batch]);
    const made = batchCard(batch, seen.get(batch.undoes_batch_id), actions);
    cards.set(batch.batch_id, made);
    if (!isOver(batch.status)) watch(batch.batch_id, made);
    return made.node;
  }

  async function watch(id, watched) {
    while (cards.get(id) === watched && !isOver(watched.status())) {
      await new Promise((resolve) => { setTimeout(resolve, PAUSE); });
      if (!document.hidden) await refresh(id);
    }
  }

  async function refresh(id) {
    const known = cards.get(id);
    try {
      const { batch } = await api.batch(id);
      if (cards.get(id) !== known || !known) return;
      const wasOver = isOver(known.status());
      known.update(batch);
      if (wasOver || !isOver(batch.status)) return;
      announce(`${titleOf(batch, seen.get(batch.undoes_batch_id))}: ${resultText(batch)}`);
      ended(batch);
    } catch {
      // The next second tries again.
    }
  }

  async function cancel(batch) {
    try {
      await api.cancelBatch(batch.batch_id);
    } catch (error) {
      toastError(error);
    }
    refresh(batch.batch_id);
  }

  async function undo(batch) {
    const agreed = await confirmed({
      title: "Undo this change?",
      text: [titleOf(batch, seen.get(batch.undoes_batch_id)), `The old values come back to ${counted(batch.updated, "video")}, `
        + "except where someone has changed them since. The undo can be undone as well."],
      action: "Undo",
    });
    if (!agreed) return;
    try {
      begun((await api.undoBatch(batch.batch_id)).batch);
    } catch (error) {
      toastError(error);
    }
    refresh(batch.batch_id);
  }

  function remove(batch) {
    cards.get(batch.batch_id)?.node.remove();
    cards.delete(batch.batch_id);
  }

  return {
    card,
    know,
    /** Put a batch's card on top. */
    add: (batch) => list.prepend(card(batch)),
    /** Forget the cards that are shown no longer. */
    keep(ids) {
      for (const id of cards.keys()) if (!ids.has(id)) cards.delete(id);
    },
  };
}
