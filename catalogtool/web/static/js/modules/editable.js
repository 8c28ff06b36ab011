// What can be edited of a video, and how each field is entered.

export const YES_NO = [[true, "Yes"], [false, "No"]];
const VERDICT = [[null, "Not known"], ...YES_NO];
const PRIVACY = [["public", "Public"], ["unlisted", "Unlisted"], ["private", "Private"]];

/**
 * By field: its `kind` is `text`, `code`, `lines` (a text of several lines), `list` or `choice`,
 * which has `options` [value, label]; `hint` tells what a good value looks like. A `required` field is
 * never empty, parts of a `whole` one mean nothing.
 */
export const EDITABLE = {
  title: { kind: "text", required: true },
  custom_id: { kind: "code" },
  asset_id: { kind: "code" },
  artist: { kind: "list" },
  genre: { kind: "list" },
  label: { kind: "text" },
  isrc: { kind: "code", whole: true, hint: "12 letters and digits, as US-S1Z-99-00001" },
  upc: { kind: "code", whole: true, hint: "UPC or EAN; its last digit is a check digit" },
  category: { kind: "text", suggest: "category" },
  privacy_status: { kind: "choice", options: PRIVACY },
  effective_policy: { kind: "text" },
  administered: { kind: "choice", options: YES_NO },
  hidden: { kind: "choice", options: YES_NO },
  is_short: { kind: "choice", options: VERDICT },
  notes: { kind: "lines" },
};

/** Whether two values of a field are the same; lists are compared in order. */
export const isSame = (one, other) => JSON.stringify(one ?? null) === JSON.stringify(other ?? null);
