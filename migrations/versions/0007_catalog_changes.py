"""A ledger of changes, so that a process can keep in memory what searches ask again and again.

Every statement that adds, changes or removes videos appends one row to `catalog_change`: how many
and which videos, and what that does to the counts by facets. Who knows the catalogue as of a
snapshot applies the rows that this snapshot does not see, and knows the present state.

`known_count` is one more ledger of counts: by the bits that tell which fields hold anything.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

COUNTED = (1 << 35) - 1
# What the ledger that is dropped here had.
EVERYDAY = 0x1C0FCFFFF
# `hidden` and whether each field holds anything, but for the ad settings.
KNOWN = ((1 << 20) - 1) << 31
# A statement that wrote more videos tells their number only.
MOST_IDS = 1000

LEDGERS = ("facet_count", "known_count", "channel_count")

ADDED = "SELECT facets, channel_display_name, 1 AS videos FROM added"
REMOVED = "SELECT facets, channel_display_name, -1 AS videos FROM removed"
CHANGED = f"{ADDED} UNION ALL {REMOVED}"
COPY_FACETS = """UPDATE video_counter SET facets = changed.facets
    FROM (SELECT id, added.facets FROM added JOIN removed USING (id)
          WHERE added.facets <> removed.facets ORDER BY id) AS changed
    WHERE video_counter.video_pk = changed.id;"""

# What the functions have in common, now and before.
BEGIN = """
CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
"""
COUNT_CHANNELS = """    INSERT INTO channel_count (channel_display_name, videos)
    SELECT channel_display_name, sum(videos) FROM ({rows}) AS row
    WHERE channel_display_name IS NOT NULL GROUP BY 1 HAVING sum(videos) <> 0;
    {then}
    RETURN NULL;
END
$body$
"""

# The rows are grouped once, by all bits that matter; everything but the channels is made of that.
# An update shows each row twice, as it was and as it is; it is counted as it is.
COUNT_VIDEOS = (
    BEGIN
    + """    WITH parts AS (
        SELECT facets & {bits} AS facets, sum(videos) AS videos, {written} AS written
        FROM ({rows}) AS row GROUP BY 1),
    counted AS (
        SELECT facets & {counted} AS facets, sum(videos)::bigint AS videos
        FROM parts GROUP BY 1 HAVING sum(videos) <> 0),
    known AS (
        SELECT facets & {known} AS facets, sum(videos)::bigint AS videos
        FROM parts GROUP BY 1 HAVING sum(videos) <> 0),
    into_count AS (
        INSERT INTO facet_count (facets, videos) SELECT facets, videos FROM counted),
    into_known AS (
        INSERT INTO known_count (facets, videos) SELECT facets, videos FROM known)
    INSERT INTO catalog_change (videos, ids, facets, facet_videos, known, known_videos)
    SELECT altogether.written,
        CASE WHEN altogether.written <= {most_ids}
            THEN ARRAY(SELECT id FROM {table} ORDER BY id) END,
        by_counted.facets, by_counted.videos, by_known.facets, by_known.videos
    FROM (SELECT sum(written) AS written FROM parts) AS altogether,
        (SELECT coalesce(array_agg(facets), '{{}}') AS facets,
            coalesce(array_agg(videos), '{{}}') AS videos FROM counted) AS by_counted,
        (SELECT coalesce(array_agg(facets), '{{}}') AS facets,
            coalesce(array_agg(videos), '{{}}') AS videos FROM known) AS by_known
    WHERE altogether.written > 0;
"""
    + COUNT_CHANNELS
)


def count_videos(name: str, rows: str, table: str, written: str, then: str = "") -> str:
    return COUNT_VIDEOS.format(
        name=name,
        rows=rows,
        table=table,
        written=written,
        then=then,
        bits=COUNTED | KNOWN,
        counted=COUNTED,
        known=KNOWN,
        most_ids=MOST_IDS,
    )


COUNTS = (
    count_videos("count_added_videos", ADDED, "added", "count(*)"),
    count_videos("count_removed_videos", REMOVED, "removed", "count(*)"),
    count_videos(
        "count_changed_videos",
        CHANGED,
        "added",
        "count(*) FILTER (WHERE videos > 0)",
        COPY_FACETS,
    ),
)

# Rows are deleted, because a ledger that the same TRUNCATE names is still in its hands. Nobody else
# may fold meanwhile: a sum that comes in later would stay.
FORGET_VIDEOS = f"""
CREATE FUNCTION forget_videos() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    LOCK TABLE {", ".join(LEDGERS)} IN SHARE ROW EXCLUSIVE MODE;
    {" ".join(f"DELETE FROM {ledger};" for ledger in LEDGERS)}
    INSERT INTO catalog_change (videos) VALUES (0);
    RETURN NULL;
END
$body$
"""
TRUNCATED = """
CREATE TRIGGER forget_videos AFTER TRUNCATE ON video
FOR EACH STATEMENT EXECUTE FUNCTION forget_videos()
"""

FOLD_COUNTS = """
CREATE OR REPLACE FUNCTION fold_counts() RETURNS void LANGUAGE sql AS $body$
    WITH taken AS (DELETE FROM facet_count RETURNING facets, videos)
    INSERT INTO facet_count (facets, videos, folded)
    SELECT facets, sum(videos), true FROM taken GROUP BY facets HAVING sum(videos) <> 0;
    WITH taken AS (DELETE FROM {other} RETURNING facets, videos)
    INSERT INTO {other} (facets, videos)
    SELECT facets, sum(videos) FROM taken GROUP BY facets HAVING sum(videos) <> 0;
    WITH taken AS (DELETE FROM channel_count RETURNING channel_display_name, videos)
    INSERT INTO channel_count (channel_display_name, videos)
    SELECT channel_display_name, sum(videos) FROM taken
    GROUP BY channel_display_name HAVING sum(videos) <> 0;
$body$
"""

# As the functions were before, to the letter.
FORMER_COUNT_VIDEOS = (
    BEGIN
    + """    WITH changed AS (
        SELECT facets & {counted} AS facets, sum(videos) AS videos
        FROM ({rows}) AS row GROUP BY 1 HAVING sum(videos) <> 0),
    everyday AS (
        INSERT INTO facet_summary (facets, videos)
        SELECT facets & {everyday}, sum(videos) FROM changed GROUP BY 1 HAVING sum(videos) <> 0)
    INSERT INTO facet_count (facets, videos) SELECT facets, videos FROM changed;
"""
    + COUNT_CHANNELS
)


def former_count_videos(name: str, rows: str, then: str = "") -> str:
    return FORMER_COUNT_VIDEOS.format(
        name=name, rows=rows, then=then, counted=COUNTED, everyday=EVERYDAY
    )


FORMER = (
    former_count_videos("count_added_videos", ADDED),
    former_count_videos("count_removed_videos", REMOVED),
    former_count_videos("count_changed_videos", CHANGED, COPY_FACETS),
    FOLD_COUNTS.format(other="facet_summary"),
)


def upgrade() -> None:
    op.create_table(
        "catalog_change",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column(
            "xid",
            sa.BigInteger(),
            server_default=sa.text("pg_current_xact_id()::text::bigint"),
            nullable=False,
        ),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.Column("videos", sa.BigInteger(), nullable=False),
        *(
            sa.Column(name, sa.ARRAY(sa.BigInteger()), nullable=True)
            for name in ("ids", "facets", "facet_videos", "known", "known_videos")
        ),
        sa.Column("pruned", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_catalog_change"),
    )
    op.create_index("ix_catalog_change_xid", "catalog_change", ["xid"])
    op.create_table(
        "known_count",
        sa.Column("facets", sa.BigInteger(), nullable=False),
        sa.Column("videos", sa.BigInteger(), nullable=False),
    )
    op.execute(FORGET_VIDEOS)
    # From here on writers of videos wait, for as long as an index with the facets takes to read;
    # readers do not. Who waited finds the new functions, and so the counts are exact.
    op.execute(TRUNCATED)
    op.execute(
        f"""INSERT INTO known_count (facets, videos)
        SELECT facets & {KNOWN}, count(*) FROM video GROUP BY 1"""
    )
    # The labels in use, one step for each: a part of less than three letters has no trigram.
    op.create_index("ix_video_label", "video", ["label"])
    for statement in (*COUNTS, FOLD_COUNTS.format(other="known_count")):
        op.execute(statement)
    # Nobody asks it any more.
    op.drop_table("facet_summary")


def downgrade() -> None:
    op.drop_index("ix_video_label", "video")
    op.execute("DROP TRIGGER forget_videos ON video")
    op.create_table(
        "facet_summary",
        sa.Column("facets", sa.BigInteger(), nullable=False),
        sa.Column("videos", sa.BigInteger(), nullable=False),
    )
    op.execute(
        f"""INSERT INTO facet_summary
        SELECT facets & {EVERYDAY}, sum(videos) FROM facet_count GROUP BY 1"""
    )
    for statement in FORMER:
        op.execute(statement)
    op.execute("DROP FUNCTION forget_videos()")
    op.drop_table("known_count")
    op.drop_table("catalog_change")
