"""The parts of `benchmarks/bulk_vs_sql.py`.

The order to read in: `cases` (what is measured) · `by_hand` (the SQL to compare with) · `ours` (the
product in a process of its own) · `digests` (both did the same).
"""
