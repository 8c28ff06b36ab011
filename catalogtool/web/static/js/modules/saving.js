// Sending an edit so that nobody's change is overwritten unseen.

import { api } from "./api.js";

const TRIES = 3;

/**
 * Save one field of a video that was last seen as of `base`, and give the video. What others did
 * meanwhile to other fields is no reason to stop; if it was this field, ApiError 409 is thrown.
 */
export async function saveField(videoId, field, value, base) {
  let seen = base;
  for (let left = TRIES; ; left -= 1) {
    try {
      return (await api.update(videoId, { [field]: value, expected_updated_at: seen })).video;
    } catch (error) {
      if (error.status !== 409 || left === 1 || !isElsewhere(error, field)) throw error;
      seen = error.details.updated_at;
    }
  }
}

function isElsewhere(error, field) {
  const { changes = [] } = error.details;
  return changes.length > 0 && !changes.some((record) => field in record.changes);
}

/** The latest of the changes that a 409 tells of, of this field; null if it tells of none. */
export function theirChange(error, field) {
  return (error.details.changes ?? []).find((record) => field in record.changes) ?? null;
}

/** What the server has against a field's value, in one line. */
export function reasonOf(error, field) {
  const { field: named, rule, allowed } = error.details ?? {};
  const rest = Array.isArray(allowed) ? ` (${allowed.join(", ")})` : "";
  const said = named === field && rule ? String(rule) + rest : error.message;
  return said.charAt(0).toUpperCase() + said.slice(1);
}
