"""The parts of `benchmarks/import_vs_sql.py`.

The order to read in: `cases` (what is measured) · `by_hand` (the SQL to compare with) · `worker`
(our import in a process of its own) · `digests` (both did the same) · `databases` · `table`.
`equal_rows` serves the other comparisons with hand-written SQL as well.
"""
