"""Bringing into the catalogue what YouTube itself said when it was asked: a look.

A look is the latest word. It goes the way of a report's chunk (`catalog/merge`): its values are
staged, compared with what is stored, and only what differs is written, with a record in the
history. The order to read in: `fields` (what a look may say) · `staged` · `videos`, `assets` and
`claims`, one for each question that YouTube is asked · `pending` (what it means for unconfirmed
edits) · `times` (when a look was).

All functions take a session whose transaction holds `MERGE_LOCK`, and never commit.
"""
