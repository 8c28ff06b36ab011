"""What differs: one set-based look at the whole file against the catalogue, before any write.

A video may stand in several rows, one per claim. Which of them speaks for the video itself does
not depend on their order in the file: a row with a live claim before others, one with a claim and
an asset before one without, then the smallest claim, asset and custom id; between rows that are
equal in all this, a hash of the row decides.

The wide rows are read once, into `seen`: what each row would change, and what it is sorted by.
Everything else comes from that narrow table. The tables are made by CREATE TABLE AS, since
PostgreSQL reads for it on several cores.
"""

from __future__ import annotations

from psycopg.errors import DiskFull
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from catalogtool.catalog.merge.age import Later, find_later
from catalogtool.catalog.merge.coverage import NEWER, Edition
from catalogtool.catalog.merge.delta import needs_write
from catalogtool.catalog.merge.fields import (
    ASSET_FIELDS,
    CLAIM_FIELDS,
    CLAIM_KEY,
    COUNTER_FIELDS,
    VIDEO_FIELDS,
    Kind,
)
from catalogtool.catalog.merge.renames import use_present_names
from catalogtool.catalog.merge.staging import Staging

# What a video of the file needs; the bits of `what`.
NEW, FIELDS, COUNTERS, CLAIMS, SKIPPED = 1, 2, 4, 8, 16


def same_claim(stored: str) -> str:
    """SQL for a claim, by its alias, being the one that the staged row `r` tells of."""
    keys = [f"{stored}.{column} IS NOT DISTINCT FROM r.{column}" for column in CLAIM_KEY]
    return " AND ".join([f"{stored}.video_id = r.video_id", *keys])


SAME_CLAIM = same_claim("present")
KEY = ", ".join(CLAIM_KEY)
R_KEY = ", ".join(f"r.{column}" for column in CLAIM_KEY)
LIVE_FIRST = """CASE WHEN r.claim_status = 'ACTIVE' THEN 0 WHEN r.claim_status = 'PENDING' THEN 1
    WHEN r.claim_status IS NULL THEN 3 ELSE 2 END"""

# New tables have no statistics, and the usual cost per row would keep most of this on one core.
ON_ALL_CORES = "SET LOCAL parallel_tuple_cost = 0.001"
ON_ONE_CORE = "SET LOCAL max_parallel_workers_per_gather = 0"


def compare(session: Session, staging: Staging, edition: Edition, exclude_shorts: bool) -> None:
    """Fill `claims`, `pick`, `todo` and `assets`; nothing of the catalogue is written."""
    if staging.kind is not Kind.ASSET:
        use_present_names(session, staging)
    statements = _statements(staging, find_later(session, edition), exclude_shorts)
    parameters = edition.parameters
    try:
        with session.begin_nested():
            _run(session, [ON_ALL_CORES, *statements], parameters)
    except OperationalError as error:
        # A server in a container may have too little shared memory for several cores.
        if not isinstance(error.orig, DiskFull):
            raise
        _run(session, [ON_ONE_CORE, *statements], parameters)


def _run(session: Session, statements: list[str], parameters: dict[str, object]) -> None:
    for statement in statements:
        needed = {name: value for name, value in parameters.items() if f":{name}" in statement}
        session.execute(text(statement), needed)


def _statements(staging: Staging, later: Later, exclude_shorts: bool) -> list[str]:
    made = [
        f"DROP TABLE IF EXISTS {staging.seen}, {staging.pick}, {staging.todo}, {staging.claims}",
        f"DROP TABLE IF EXISTS {staging.assets}, {staging.said}",
    ]
    if staging.kind is not Kind.ASSET:
        made += [
            f"CREATE UNLOGGED TABLE {staging.seen} AS {_seen(staging, later, exclude_shorts)}",
            _break_ties(staging),
            f"CREATE UNLOGGED TABLE {staging.claims} AS {_claims(staging)}",
            f"CREATE INDEX ON {staging.claims} (video_id)",
            f"CREATE UNLOGGED TABLE {staging.pick} AS {_pick(staging)}",
            f"DROP TABLE {staging.seen}",
            f"CREATE UNLOGGED TABLE {staging.todo} AS {_todo(staging)}",
            f"ALTER TABLE {staging.todo} ADD PRIMARY KEY (n)",
            f"ANALYZE {staging.todo}, {staging.claims}",
            f"CREATE UNLOGGED TABLE {staging.said} (pk bigint PRIMARY KEY, changes jsonb)",
        ]
    if staging.kind.tells_assets:
        made += [
            f"CREATE UNLOGGED TABLE {staging.assets} AS {_assets(staging, later)}",
            f"ALTER TABLE {staging.assets} ADD PRIMARY KEY (n)",
            f"ANALYZE {staging.assets}",
        ]
    return made


def _seen(staging: Staging, later: Later, exclude_shorts: bool) -> str:
    """Per row of the file: what its video would need if it spoke, whether its claim differs.

    `differs` is null in a row without a claim. `same` is equal where two rows tell of one claim.
    """
    kind = staging.kind
    of_video = later.of_video(kind, "present", "present.id")
    fields = needs_write(VIDEO_FIELDS[kind], "present", "r", of_video)
    of_key = later.of_key("present.id") if kind.is_report else of_video
    counters = needs_write(COUNTER_FIELDS[kind], "counted", "r", of_key)
    claim = needs_write(CLAIM_FIELDS[kind], "claimed", "r", of_key)
    has_claim = f"num_nonnulls({R_KEY}) > 0" if kind.is_report else "false"
    says_counters = " OR ".join(f"r.{f.source} IS NOT NULL" for f in COUNTER_FIELDS[kind])
    live = LIVE_FIRST if kind is Kind.CLAIMS else "0"
    return f"""{"WITH " + NEWER if later.reports else ""}
        SELECT r.ctid AS tid, r.video_id, present.id AS pk, CASE
            {_skip(staging, exclude_shorts)}
            WHEN present.id IS NULL THEN {NEW}
            ELSE CASE WHEN {fields} THEN {FIELDS} ELSE 0 END
               | CASE WHEN counted.video_pk IS NULL THEN
                      CASE WHEN {says_counters} THEN {COUNTERS} ELSE 0 END
                      WHEN {counters} THEN {COUNTERS} ELSE 0 END
            END AS what,
            CASE WHEN {has_claim} THEN claimed.id IS NULL OR {claim} END AS differs,
            {live} AS live, {R_KEY},
            hashtextextended(concat_ws('|', r.video_id, {R_KEY}), 0) AS same, NULL::bigint AS tie
        FROM {staging.rows} r
        LEFT JOIN video present ON present.video_id = r.video_id
        LEFT JOIN video_counter counted ON counted.video_pk = present.id
        LEFT JOIN claim claimed ON {same_claim("claimed")}"""


def _break_ties(staging: Staging) -> str:
    """Hash the rows that nothing else tells apart; few do, and hashing a whole row is slow."""
    return f"""UPDATE {staging.seen}
        SET tie = (SELECT hash_record_extended(r, 0) FROM {staging.rows} r WHERE r.ctid = tid)
        WHERE same IN (SELECT same FROM {staging.seen} GROUP BY same HAVING count(*) > 1)"""


def _claims(staging: Staging) -> str:
    """The claims that are new or differ: their place, by their video's id."""
    return f"""SELECT tid, video_id FROM {staging.seen} WHERE differs AND tie IS NULL
        UNION ALL
        SELECT tid, video_id
        FROM (SELECT DISTINCT ON (video_id, {KEY}) tid, video_id, differs FROM {staging.seen}
              WHERE differs IS NOT NULL AND tie IS NOT NULL
              ORDER BY video_id, {KEY}, tie, tid) AS one
        WHERE differs"""


def _pick(staging: Staging) -> str:
    """One row per video of the file: its place, its row in the catalogue, what it needs."""
    return f"""SELECT one.tid, one.video_id, one.pk, CASE
            WHEN claimed.video_id IS NULL OR one.what IN ({NEW}, {SKIPPED}) THEN one.what
            ELSE one.what | {CLAIMS} END AS what
        FROM (SELECT DISTINCT ON (video_id) tid, video_id, pk, what FROM {staging.seen}
              ORDER BY video_id, live, (claim_id IS NULL), (asset_id IS NULL), {KEY}, tie, tid
             ) AS one
        LEFT JOIN (SELECT DISTINCT video_id FROM {staging.claims}) AS claimed
               ON claimed.video_id = one.video_id"""


def _skip(staging: Staging, exclude_shorts: bool) -> str:
    """The case of a known Short, where those are to be left out."""
    if not exclude_shorts:
        return ""
    flagged = (
        f" OR r.video_id IN (SELECT f.video_id FROM {staging.rows} f WHERE f.is_short)"
        if staging.kind is Kind.CLAIMS
        else ""
    )
    return f"""WHEN r.video_id NOT IN (SELECT video_id FROM non_youtube_shorts)
            AND (r.video_id IN (SELECT video_id FROM youtube_shorts)
                 OR coalesce(present.is_short, false){flagged}) THEN {SKIPPED}"""


def _todo(staging: Staging) -> str:
    """The videos that need something, numbered; new ones get their key here, in order."""
    return f"""SELECT row_number() OVER (ORDER BY video_id) AS n, tid, video_id,
            coalesce(pk, nextval(pg_get_serial_sequence('video', 'id'))) AS pk, what
        FROM {staging.pick} WHERE what NOT IN (0, {SKIPPED})"""


def _assets(staging: Staging, later: Later) -> str:
    """The assets that are new or differ, numbered; a live claim's row speaks first."""
    age = later.of_asset(staging.kind, "present")
    differs = needs_write(ASSET_FIELDS[staging.kind], "present", "r", age)
    live = f"{LIVE_FIRST}, claim_id, " if staging.kind is Kind.CLAIMS else ""
    return f"""{"WITH " + NEWER if later.reports else ""}
        SELECT row_number() OVER (ORDER BY one.asset_id) AS n, one.tid, one.asset_id
        FROM (SELECT DISTINCT ON (asset_id) asset_id, ctid AS tid FROM {staging.rows} r
              WHERE asset_id IS NOT NULL
              ORDER BY asset_id, {live}hash_record_extended(r, 0), ctid) AS one
        JOIN {staging.rows} r ON r.ctid = one.tid
        LEFT JOIN asset present ON present.asset_id = one.asset_id
        WHERE present.id IS NULL OR {differs}"""
