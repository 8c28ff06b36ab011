// All bulk changes, newest first, with how far they are and their undo.

import { api } from "./api.js";
import { makeBatches } from "./batches.js";
import { makeListPager } from "./list-pager.js";
import { fill, find } from "./ui.js";
import { errorState, state } from "./ui-components.js";

const PER_PAGE = 10;

/** Bind the panel; `changed()` is called when a batch has ended. */
export function makeBatchList(root, changed) {
  const list = find("batch-list", root);
  const place = find("batch-state", root);
  const pager = makeListPager(find("batch-pager", root), (page) => show(page));
  const batches = makeBatches(list, {
    begun: () => show(1),
    ended: (batch) => {
      changed();
      if (batch.kind === "rollback") show(1);
    },
  });

  async function show(page) {
    try {
      const answer = await api.batches({ page, per_page: PER_PAGE });
      batches.keep(new Set(answer.batches.map((batch) => batch.batch_id)));
      batches.know(answer.batches);
      fill(list, answer.batches.map(batches.card));
      fill(place, answer.batches.length === 0 && state({ title: "No bulk changes yet",
        text: "Choose videos in the catalogue and edit them together." }));
      pager.show(answer);
    } catch (error) {
      fill(place, errorState(error, () => show(page)));
    }
  }

  return { load: () => show(1) };
}
