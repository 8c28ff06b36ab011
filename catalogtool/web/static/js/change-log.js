// The page of changes: every change on one side, bulk changes and their undo on the other.

import { makeBatchList } from "./modules/batch-list.js";
import { makeChangeSearch } from "./modules/change-search.js";
import { makeReportUndo } from "./modules/report-undo.js";
import { find } from "./modules/ui.js";

const showReport = makeReportUndo(find("report-undo"), () => batches.load());
const changes = makeChangeSearch(find("changes"), (query) => showReport(query.report_id));
const batches = makeBatchList(find("batches"), changes.again);

changes.load();
batches.load();
