"""Whether a row is still the one that a snapshot of the database saw.

A row carries the number of the transaction that wrote it (`xmin`), a snapshot tells which
transactions it saw the work of. Comparing the two is exact, where a time is not: a transaction's
time is that of its start, and it may end long after. The numbers in rows have 32 bits, those in
snapshots 64, so the upper half is taken from the present. A row that was frozen four billion
transactions ago could be taken for a new one; it is then skipped and reported, never changed.

Parts of transactions (savepoints) have numbers of their own, which a snapshot does not tell: the
renaming of a channel that runs at the moment of the preview is taken for one that was over.
"""

from __future__ import annotations

FIRST_NUMBER = 3


def is_seen(row: str) -> str:
    """SQL: the snapshot `:snapshot` (text of a pg_snapshot) saw this version of the row."""
    following = "(SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint)"
    number = f"(({following} & ~4294967295) | {row}.xmin::text::bigint)"
    number = f"({number} - CASE WHEN {number} >= {following} THEN 4294967296 ELSE 0 END)"
    xid = f"greatest({number}, {FIRST_NUMBER})::text::xid8"
    return f"pg_visible_in_snapshot({xid}, cast(:snapshot AS pg_snapshot))"
