"""Bringing staged report rows into the catalogue, set by set.

The order to read in: `fields` (what a report may say) · `staging` (the tables between file and
catalogue) · `coverage` (who spoke last) · `compare` (what differs) · `chunk` (one transaction of
the merge) with `claims`, `videos`, `counters` and `assets` (its statements) · `finish`.
"""
