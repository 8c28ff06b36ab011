// The reports page: files come in, are processed, and tell what they did.

import { makeImports } from "./modules/imports.js";
import { makeProcessForm } from "./modules/process.js";
import { makeRejected } from "./modules/rejected.js";
import { makeStoredFiles } from "./modules/stored-files.js";
import { find } from "./modules/ui.js";
import { makeUpload } from "./modules/upload.js";

const imports = makeImports(find("imports"), {
  showRejected: makeRejected(find("rejected")),
  finished: () => files.load(),
});
const form = makeProcessForm(find("process"), () => {
  files.clear();
  imports.load();
  find("imports").scrollIntoView({ block: "nearest", behavior: "smooth" });
});
const files = makeStoredFiles(find("files"), form.show);

makeUpload(find("upload"), (key) => files.choose(key));
files.load();
imports.load();
