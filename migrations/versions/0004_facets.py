"""Search at ten million videos: facets in one number, their counts, and the indexes that carry it.

`video.facets` says in one number what filters ask of many videos. Triggers count the videos of each
number and of each channel, and copy the number to `video_counter`, so that lists sorted by views
or by the last change can be filtered along their index as well.

The counts are a ledger: writers only append to it, so that they never wait for each other; its sum
is exact in every snapshot, and `fold_counts` keeps it short.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

AD_SETTINGS = (
    "third_party_ads_enabled",
    "display_ads_enabled",
    "sponsored_cards_enabled",
    "overlay_ads_enabled",
    "nonskippable_video_ads_enabled",
    "long_nonskippable_video_ads_enabled",
    "skippable_video_ads_enabled",
    "prerolls_enabled",
    "midrolls_enabled",
    "postrolls_enabled",
)
# Name and type of each column that the number is made of.
TEXTS = (
    "category",
    "claimed_status",
    "effective_policy",
    "privacy_status",
    "claimed_by_another_owner",
    "asset_id",
    "custom_id",
    "isrc",
    "upc",
    "label",
    "title",
    "channel_id",
    "channel_display_name",
    "other_owners_claiming",
    "embedding_allowed",
    "ratings_allowed",
    "comments_allowed",
    "upload_source",
    "notes",
    *AD_SETTINGS,
)
COLUMNS = {
    **dict.fromkeys(TEXTS, "text"),
    "video_length": "integer",
    "is_short": "boolean",
    "is_live_stream": "boolean",
    "administered": "boolean",
    "hidden": "boolean",
    "artist": "text[]",
    "genre": "text[]",
    "time_published": "timestamptz",
    "administered_at": "timestamptz",
}


def hashed(column: str, codes: int) -> str:
    return f"coalesce(abs(hashtext(nullif({column}, '')) % {codes}) + 1, 0)"


def yes_no(column: str, yes: str, no: str) -> str:
    return f"CASE {column} WHEN {yes} THEN 2 WHEN {no} THEN 1 ELSE 0 END"


def known(column: str) -> str:
    if COLUMNS[column] == "text":
        return f"CASE WHEN {column} <> '' THEN 1 ELSE 0 END"
    if COLUMNS[column] == "text[]":
        return f"CASE WHEN cardinality({column}) > 0 THEN 1 ELSE 0 END"
    return f"CASE WHEN {column} IS NOT NULL THEN 1 ELSE 0 END"


# From the lowest bit up: how many bits, and what stands in them.
LAYOUT = (
    (10, hashed("category", 1023)),
    (6, hashed("claimed_status", 63)),
    (
        2,
        "CASE WHEN video_length < 240 THEN 1 WHEN video_length <= 1200 THEN 2"
        " WHEN video_length > 1200 THEN 3 ELSE 0 END",
    ),
    (
        3,
        "CASE WHEN effective_policy IS NULL THEN 0 ELSE"
        " CASE substring(lower(effective_policy), 'monetize|monetise|track|block')"
        " WHEN 'monetize' THEN 1 WHEN 'monetise' THEN 1 WHEN 'track' THEN 2 WHEN 'block' THEN 3"
        " ELSE 4 END END",
    ),
    (
        3,
        "CASE privacy_status WHEN 'public' THEN 1 WHEN 'unlisted' THEN 2 WHEN 'private' THEN 3"
        " ELSE CASE WHEN privacy_status <> '' THEN 4 ELSE 0 END END",
    ),
    (2, yes_no("claimed_by_another_owner", "'Yes'", "'No'")),
    (2, yes_no("is_short", "true", "false")),
    (2, yes_no("is_live_stream", "true", "false")),
    (1, "CASE WHEN administered THEN 1 ELSE 0 END"),
    (1, "CASE WHEN hidden THEN 1 ELSE 0 END"),
    *(
        (1, known(column))
        for column in (
            "asset_id",
            "isrc",
            "upc",
            "custom_id",
            "artist",
            "label",
            "title",
            "channel_id",
            "channel_display_name",
            "genre",
            "other_owners_claiming",
            "embedding_allowed",
            "ratings_allowed",
            "comments_allowed",
            "upload_source",
            "time_published",
            "notes",
            "effective_policy",
            "administered_at",
            *AD_SETTINGS,
        )
    ),
)


def number() -> str:
    """The sum of all parts: cheaper than a shift and an OR for each."""
    terms, shift = [], 0
    for bits, value in LAYOUT:
        terms.append(f"({value}) * {1 << shift}::bigint")
        shift += bits
    return "\n        + ".join(terms)


VIDEO_FACETS = f"""
CREATE FUNCTION video_facets({", ".join(f"{n} {t}" for n, t in COLUMNS.items())}) RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $body$
    SELECT {number()}
$body$
"""

CALL = f"video_facets({', '.join(COLUMNS)})"

# The facets that are counted together: as many combinations as there are in use. For most searches
# the everyday ones are enough, and their combinations are few.
COUNTED = (1 << 35) - 1
EVERYDAY = 0x1C0FCFFFF  # all but the lengths and the three flags


# One trigger function for each event: the names of the transition tables are part of its text.
COUNT_VIDEOS = """
CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    WITH changed AS (
        SELECT facets & {counted} AS facets, sum(videos) AS videos
        FROM ({rows}) AS row GROUP BY 1 HAVING sum(videos) <> 0),
    everyday AS (
        INSERT INTO facet_summary (facets, videos)
        SELECT facets & {everyday}, sum(videos) FROM changed GROUP BY 1 HAVING sum(videos) <> 0)
    INSERT INTO facet_count (facets, videos) SELECT facets, videos FROM changed;
    INSERT INTO channel_count (channel_display_name, videos)
    SELECT channel_display_name, sum(videos) FROM ({rows}) AS row
    WHERE channel_display_name IS NOT NULL GROUP BY 1 HAVING sum(videos) <> 0;
    {then}
    RETURN NULL;
END
$body$
"""
ADDED = "SELECT facets, channel_display_name, 1 AS videos FROM added"
REMOVED = "SELECT facets, channel_display_name, -1 AS videos FROM removed"
COPY_FACETS = """UPDATE video_counter SET facets = changed.facets
    FROM (SELECT id, added.facets FROM added JOIN removed USING (id)
          WHERE added.facets <> removed.facets ORDER BY id) AS changed
    WHERE video_counter.video_pk = changed.id;"""


def count_videos(name: str, rows: str, then: str = "") -> str:
    return COUNT_VIDEOS.format(name=name, rows=rows, then=then, counted=COUNTED, everyday=EVERYDAY)


NOTE_LAST_SYNCED = """
CREATE FUNCTION note_last_synced() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    UPDATE video_counter SET last_synced = greatest(video_counter.last_synced, newest.sync_time)
    FROM (SELECT video.id, max(added.sync_time) AS sync_time
          FROM added JOIN video USING (video_id) GROUP BY video.id ORDER BY video.id) AS newest
    WHERE video_counter.video_pk = newest.id;
    RETURN NULL;
END
$body$
"""
FOLD_COUNTS = """
CREATE FUNCTION fold_counts() RETURNS void LANGUAGE sql AS $body$
    WITH taken AS (DELETE FROM facet_count RETURNING facets, videos)
    INSERT INTO facet_count (facets, videos, folded)
    SELECT facets, sum(videos), true FROM taken GROUP BY facets HAVING sum(videos) <> 0;
    WITH taken AS (DELETE FROM facet_summary RETURNING facets, videos)
    INSERT INTO facet_summary (facets, videos)
    SELECT facets, sum(videos) FROM taken GROUP BY facets HAVING sum(videos) <> 0;
    WITH taken AS (DELETE FROM channel_count RETURNING channel_display_name, videos)
    INSERT INTO channel_count (channel_display_name, videos)
    SELECT channel_display_name, sum(videos) FROM taken
    GROUP BY channel_display_name HAVING sum(videos) <> 0;
$body$
"""
COUNTS = (
    count_videos("count_added_videos", ADDED),
    count_videos("count_removed_videos", REMOVED),
    count_videos("count_changed_videos", f"{ADDED} UNION ALL {REMOVED}", COPY_FACETS),
)
# For texts: parts of three letters and more are found by trigrams, shorter ones by
# their letters and pairs of letters.
VIDEO_NAMES = """
CREATE FUNCTION video_names(names text[]) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $body$
    SELECT array_to_string(names, E'\\n')
$body$
"""
VIDEO_LETTERS = """
CREATE FUNCTION video_letters(words text) RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $body$
    SELECT letters || ARRAY(SELECT first || second FROM unnest(letters, letters[2:])
                            AS pair (first, second) WHERE second IS NOT NULL)
    FROM string_to_array(lower(words), NULL) AS letters
$body$
"""
TEXT_INDEXES = (
    """CREATE INDEX ix_video_letters ON video USING gin (
        video_letters(title), video_letters(video_names(artist)))""",
    """CREATE INDEX ix_video_people_trigram ON video USING gin (
        label gin_trgm_ops, (video_names(artist)) gin_trgm_ops)""",
    """CREATE INDEX ix_video_ids_trigram ON video USING gin (
        video_id gin_trgm_ops, asset_id gin_trgm_ops, custom_id gin_trgm_ops)""",
    "CREATE INDEX ix_channel_name_trigram ON channel USING gin (name gin_trgm_ops)",
    "CREATE INDEX ix_channel_hidden ON channel (name) WHERE hidden",
)
TRIGGERS = (
    """CREATE TRIGGER count_added AFTER INSERT ON video
    REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION count_added_videos()""",
    """CREATE TRIGGER count_removed AFTER DELETE ON video
    REFERENCING OLD TABLE AS removed
    FOR EACH STATEMENT EXECUTE FUNCTION count_removed_videos()""",
    """CREATE TRIGGER count_changed AFTER UPDATE ON video
    REFERENCING OLD TABLE AS removed NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION count_changed_videos()""",
    """CREATE TRIGGER note_last_synced AFTER INSERT ON metadata_sync
    REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION note_last_synced()""",
)
FUNCTIONS = (
    "count_added_videos()",
    "count_removed_videos()",
    "count_changed_videos()",
    "note_last_synced()",
    "fold_counts()",
)

# Every order of the list, each with the facets.
SORT_INDEXES = {
    "ix_video_title": ("video", "title, id"),
    "ix_video_updated_at": ("video", "updated_at, id"),
    "ix_video_time_published": ("video", "time_published, id"),
    "ix_video_video_length": ("video", "video_length, id"),
    "ix_video_category": ("video", "category, id"),
    "ix_video_channel_display_name": ("video", "channel_display_name, id"),
    "ix_video_counter_views": ("video_counter", "views, video_pk"),
    "ix_video_counter_last_synced": ("video_counter", "last_synced, video_pk"),
}

DROPPED = (
    "ix_video_sample",
    "ix_video_hidden",
    "ix_video_letters",
    "ix_video_people_trigram",
    "ix_video_ids_trigram",
    "ix_channel_name_trigram",
    "ix_channel_hidden",
    *SORT_INDEXES,
)


def upgrade() -> None:
    op.execute(VIDEO_FACETS)
    op.create_table(
        "facet_count",
        sa.Column("facets", sa.BigInteger(), nullable=False),
        sa.Column("videos", sa.BigInteger(), nullable=False),
        sa.Column("folded", sa.Boolean(), server_default="false", nullable=False),
    )
    op.create_table(
        "facet_summary",
        sa.Column("facets", sa.BigInteger(), nullable=False),
        sa.Column("videos", sa.BigInteger(), nullable=False),
    )
    op.create_table(
        "channel_count",
        sa.Column("channel_display_name", sa.Text(), nullable=False),
        sa.Column("videos", sa.BigInteger(), nullable=False),
    )
    for name in SORT_INDEXES:
        op.execute(f"DROP INDEX IF EXISTS {name}")
    op.execute(f"ALTER TABLE video ADD COLUMN facets bigint GENERATED ALWAYS AS ({CALL}) STORED")
    op.execute("ALTER TABLE video_counter ADD COLUMN facets bigint DEFAULT 0 NOT NULL")
    op.execute("ALTER TABLE video_counter ADD COLUMN last_synced timestamptz")
    op.execute(
        """INSERT INTO video_counter (video_pk)
        SELECT id FROM video
        WHERE NOT EXISTS (SELECT FROM video_counter WHERE video_pk = id)"""
    )
    op.execute(
        """UPDATE video_counter SET facets = video.facets, last_synced = trail.at
        FROM video
        LEFT JOIN (SELECT id, max(at) AS at FROM (
                SELECT video.id, sync_time AS at FROM metadata_sync JOIN video USING (video_id)
                UNION ALL
                SELECT video_pk, recorded_at FROM counter_change) AS both_trails
            GROUP BY id) AS trail USING (id)
        WHERE video_counter.video_pk = video.id"""
    )
    # A table written anew: an index made over rows that this transaction has updated in place would
    # not be used as long as any older transaction runs.
    op.execute("CLUSTER video_counter USING pk_video_counter")
    op.execute(
        f"""INSERT INTO facet_count
        SELECT facets & {COUNTED}, count(*), true FROM video GROUP BY 1"""
    )
    op.execute(
        f"""INSERT INTO facet_summary
        SELECT facets & {EVERYDAY}, sum(videos) FROM facet_count GROUP BY 1"""
    )
    op.execute(
        """INSERT INTO channel_count SELECT channel_display_name, count(*) FROM video
        WHERE channel_display_name IS NOT NULL GROUP BY channel_display_name"""
    )
    for name, (table, columns) in SORT_INDEXES.items():
        op.execute(f"CREATE INDEX {name} ON {table} ({columns}) INCLUDE (facets)")
    op.execute(f"CREATE INDEX ix_video_facets ON video ((facets & {COUNTED}::bigint))")
    op.execute("CREATE INDEX ix_video_hidden ON video (id) WHERE hidden")
    op.execute(
        """CREATE INDEX ix_video_sample ON video ((hashint8(id) & 8191), id)
        INCLUDE (facets, title) WHERE (hashint8(id) & 8191) < 64"""
    )
    op.execute(VIDEO_NAMES)
    op.execute(VIDEO_LETTERS)
    for statement in (*TEXT_INDEXES, *COUNTS, NOTE_LAST_SYNCED, FOLD_COUNTS):
        op.execute(statement)
    for statement in TRIGGERS:
        op.execute(statement)


def downgrade() -> None:
    op.execute("DROP TRIGGER note_last_synced ON metadata_sync")
    for trigger in ("count_added", "count_removed", "count_changed"):
        op.execute(f"DROP TRIGGER {trigger} ON video")
    for function in FUNCTIONS:
        op.execute(f"DROP FUNCTION {function}")
    for name in DROPPED:
        op.execute(f"DROP INDEX {name}")
    op.execute("DROP FUNCTION video_letters(text)")
    op.execute("DROP FUNCTION video_names(text[])")
    op.execute("ALTER TABLE video_counter DROP COLUMN last_synced, DROP COLUMN facets")
    op.execute("ALTER TABLE video DROP COLUMN facets")
    op.execute(f"DROP FUNCTION video_facets({', '.join(COLUMNS.values())})")
    op.drop_table("channel_count")
    op.drop_table("facet_summary")
    op.drop_table("facet_count")
    for name, (table, columns) in SORT_INDEXES.items():
        if name != "ix_video_counter_last_synced":
            op.execute(f"CREATE INDEX {name} ON {table} ({columns})")
