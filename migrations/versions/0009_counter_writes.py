"""A ledger of the counters that were written, as `catalog_change` is one of videos.

A process that keeps the order of all videos by views or by their last sync learns from it which of
them may have moved. Every statement that adds, updates or removes counters appends one row: how
many videos, and which ones, unless they are very many.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

MOST_IDS = 20_000

NOTE = f"""
CREATE FUNCTION note_counters() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    INSERT INTO counter_write (videos, ids)
    SELECT count(*), CASE WHEN count(*) <= {MOST_IDS} THEN array_agg(video_pk) END
    FROM written HAVING count(*) > 0;
    RETURN NULL;
END
$body$
"""
EVENTS = {
    "added": ("INSERT", "NEW TABLE AS written"),
    "removed": ("DELETE", "OLD TABLE AS written"),
    "changed": ("UPDATE", "NEW TABLE AS written"),
}
NOTED = """
CREATE TRIGGER note_counters_{what} AFTER {event} ON video_counter REFERENCING {tables}
FOR EACH STATEMENT EXECUTE FUNCTION note_counters()
"""
# A row without ids says that nobody can tell what has changed.
FORGET = """
CREATE FUNCTION forget_counters() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    INSERT INTO counter_write (videos) VALUES (0);
    RETURN NULL;
END
$body$
"""
TRUNCATED = """
CREATE TRIGGER forget_counters AFTER TRUNCATE ON video_counter
FOR EACH STATEMENT EXECUTE FUNCTION forget_counters()
"""


def upgrade() -> None:
    op.create_table(
        "counter_write",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column(
            "xid",
            sa.BigInteger(),
            server_default=sa.text("pg_current_xact_id()::text::bigint"),
            nullable=False,
        ),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.Column("videos", sa.BigInteger(), nullable=False),
        sa.Column("ids", sa.ARRAY(sa.BigInteger()), nullable=True),
        sa.Column("pruned", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_counter_write"),
    )
    op.create_index("ix_counter_write_xid", "counter_write", ["xid"])
    op.execute(NOTE)
    for what, (event, tables) in EVENTS.items():
        op.execute(NOTED.format(what=what, event=event, tables=tables))
    op.execute(FORGET)
    op.execute(TRUNCATED)


def downgrade() -> None:
    for what in EVENTS:
        op.execute(f"DROP TRIGGER note_counters_{what} ON video_counter")
    op.execute("DROP TRIGGER forget_counters ON video_counter")
    op.execute("DROP FUNCTION note_counters()")
    op.execute("DROP FUNCTION forget_counters()")
    op.drop_table("counter_write")
