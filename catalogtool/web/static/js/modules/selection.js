// Which videos are chosen: some, over all pages, or everything that matches the filters.

/** The choice; `changed()` is called after every change of it. */
export function makeSelection(changed) {
  const chosen = new Set();
  let everything = null;
  let anchor = "";

  const choose = (ids, on) => ids.forEach((id) => (on ? chosen.add(id) : chosen.delete(id)));

  return {
    has: (id) => everything !== null || chosen.has(id),
    ids: () => [...chosen],
    /** The filters under which everything is chosen, or null. */
    everything: () => everything,
    isEmpty: () => everything === null && chosen.size === 0,
    /** Tick or untick a row; with `range` all from the last one on, as they stand in `order`. */
    toggle(id, on, order, range) {
      // Who unticks a row of everything goes on with what is left on this page.
      if (everything) {
        everything = null;
        choose(order, true);
      }
      const from = order.indexOf(anchor);
      const to = order.indexOf(id);
      const reached = range && from >= 0
        ? order.slice(Math.min(from, to), Math.max(from, to) + 1) : [id];
      choose(reached, on);
      anchor = id;
      changed();
    },
    togglePage(ids, on) {
      everything = null;
      choose(ids, on);
      changed();
    },
    chooseEverything(filters) {
      chosen.clear();
      everything = { ...filters };
      changed();
    },
    clear() {
      chosen.clear();
      everything = null;
      anchor = "";
      changed();
    },
    /** Other filters match other videos; those chosen one by one stay. */
    filtersChanged() {
      if (!everything) return;
      everything = null;
      changed();
    },
  };
}
