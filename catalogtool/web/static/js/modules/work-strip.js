// The bulk changes that were begun here, below the table, also after the page was left and opened.

import { api } from "./api.js";
import { makeBatches } from "./batches.js";

const STORED_AS = "catalogtool.batches";

/** Bind the strip; `add(batch)` shows one more. */
export function makeWorkStrip(list) {
  const remembered = () => JSON.parse(sessionStorage.getItem(STORED_AS) ?? "[]");
  const remember = (ids) => sessionStorage.setItem(STORED_AS, JSON.stringify(ids));
  const forget = (id) => remember(remembered().filter((one) => one !== id));
  const batches = makeBatches(list, {
    begun: add,
    dismiss: (batch) => forget(batch.batch_id),
  });

  function add(batch) {
    remember([...remembered().filter((one) => one !== batch.batch_id), batch.batch_id]);
    batches.add(batch);
  }

  for (const id of remembered()) {
    api.batch(id).then(({ batch }) => batches.add(batch), () => forget(id));
  }
  return { add };
}
