// What stands in place of the table when it has no rows, and the way on from there.

import { state } from "./ui-components.js";

/** Nothing matches, or there is nothing yet; `clear()` takes all filters away. */
export function nothingFound(filters, clear) {
  if (Object.keys(filters).length) {
    return state({
      title: "No video matches",
      text: "Try fewer filters or a shorter search.",
      image: "search",
      action: { label: "Clear the search and all filters", run: clear },
    });
  }
  return state({
    title: "The catalogue is empty",
    text: "Process a report of your content owner, and its videos appear here.",
    image: "file",
    action: { label: "Go to the reports", kind: "primary", run: () => location.assign("/reports") },
  });
}
