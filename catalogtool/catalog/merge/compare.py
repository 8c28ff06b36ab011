"""What differs: one set-based look at the whole file against the catalogue, before any write.

A video may stand in several rows, one per claim. Which of them speaks for the video itself does
not depend on their order in the file: a row with a live claim before others, one with a claim and
an asset before one without, then the smallest claim, asset and custom id; between rows that are
equal in all this, a hash of the row decides.

The tables are made by CREATE TABLE AS, since PostgreSQL reads for it on several cores.
"""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.orm import Session

from catalogtool.catalog.merge import coverage
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
from catalogtool.catalog.merge.staging import Staging

# What a video of the file needs; the bits of `what`.
NEW, FIELDS, COUNTERS, CLAIMS, SKIPPED = 1, 2, 4, 8, 16

SAME_CLAIM = " AND ".join(
    [
        "present.video_id = r.video_id",
        *(f"present.{c} IS NOT DISTINCT FROM r.{c}" for c in CLAIM_KEY),
    ]
)
LIVE_FIRST = (
    "(r.claim_status = 'ACTIVE') DESC NULLS LAST, (r.claim_status = 'PENDING') DESC NULLS LAST"
)


def compare(session: Session, staging: Staging, edition: Edition, exclude_shorts: bool) -> None:
    """Fill `claims`, `pick`, `todo` and `assets`; nothing of the catalogue is written."""
    newest = coverage.is_newest(session, edition)
    parameters = {} if newest else edition.parameters
    for statement in _statements(staging, newest, exclude_shorts):
        session.execute(text(statement), parameters if ":kind" in statement else {})


def _statements(staging: Staging, newest: bool, exclude_shorts: bool) -> list[str]:
    made = [
        f"DROP TABLE IF EXISTS {staging.pick}, {staging.todo}, {staging.claims}",
        f"DROP TABLE IF EXISTS {staging.assets}, {staging.said}",
    ]
    if staging.kind is not Kind.ASSET:
        made += [
            f"CREATE UNLOGGED TABLE {staging.claims} AS {_claims(staging, newest)}",
            f"CREATE INDEX ON {staging.claims} (video_id)",
            f"CREATE UNLOGGED TABLE {staging.pick} AS {_pick(staging, newest, exclude_shorts)}",
            f"CREATE UNLOGGED TABLE {staging.todo} AS {_todo(staging)}",
            f"ALTER TABLE {staging.todo} ADD PRIMARY KEY (n)",
            f"ANALYZE {staging.todo}, {staging.claims}",
            f"CREATE UNLOGGED TABLE {staging.said} (pk bigint PRIMARY KEY, changes jsonb)",
        ]
    if staging.kind is not Kind.VIDEO:
        made += [
            f"CREATE UNLOGGED TABLE {staging.assets} AS {_assets(staging, newest)}",
            f"ALTER TABLE {staging.assets} ADD PRIMARY KEY (n)",
            f"ANALYZE {staging.assets}",
        ]
    return made


def _claims(staging: Staging, newest: bool) -> str:
    """The claims that are new or differ: their place, by their video's id."""
    is_old = None if newest else "(v.id <@ (SELECT ids FROM newer))"
    differs = needs_write(CLAIM_FIELDS[staging.kind], "present", "r", is_old)
    video = "" if newest else "LEFT JOIN video v ON v.video_id = r.video_id"
    return f"""{"" if newest else "WITH " + NEWER}
        SELECT r.ctid AS tid, r.video_id
        FROM (SELECT DISTINCT ON (video_id, claim_id, asset_id, custom_id) ctid AS tid
              FROM {staging.rows} r
              WHERE num_nonnulls(claim_id, asset_id, custom_id) > 0
              ORDER BY video_id, claim_id, asset_id, custom_id, hash_record_extended(r, 0), ctid
             ) AS one
        JOIN {staging.rows} r ON r.ctid = one.tid
        LEFT JOIN claim present ON {SAME_CLAIM} {video}
        WHERE present.id IS NULL OR {differs}"""


def _pick(staging: Staging, newest: bool, exclude_shorts: bool) -> str:
    """One row per video of the file: its place, its row in the catalogue, what it needs."""
    is_old = None if newest else "(present.id <@ (SELECT ids FROM newer))"
    fields = needs_write(VIDEO_FIELDS[staging.kind], "present", "r", is_old)
    counters = needs_write(COUNTER_FIELDS[staging.kind], "counted", "r", is_old)
    says_counters = " OR ".join(
        f"r.{field.source} IS NOT NULL" for field in COUNTER_FIELDS[staging.kind]
    )
    live = f"{LIVE_FIRST}, " if staging.kind is Kind.CLAIMS else ""
    return f"""{"" if newest else "WITH " + NEWER}
        SELECT one.tid, one.video_id, present.id AS pk, CASE
            {_skip(staging, exclude_shorts)}
            WHEN present.id IS NULL THEN {NEW}
            ELSE CASE WHEN {fields} THEN {FIELDS} ELSE 0 END
               | CASE WHEN counted.video_pk IS NULL THEN
                      CASE WHEN {says_counters} THEN {COUNTERS} ELSE 0 END
                      WHEN {counters} THEN {COUNTERS} ELSE 0 END
               | CASE WHEN claimed.video_id IS NULL THEN 0 ELSE {CLAIMS} END
            END AS what
        FROM (SELECT DISTINCT ON (video_id) video_id, ctid AS tid FROM {staging.rows} r
              ORDER BY video_id, {live}(claim_id IS NULL), (asset_id IS NULL),
                       claim_id, asset_id, custom_id, hash_record_extended(r, 0), ctid) AS one
        JOIN {staging.rows} r ON r.ctid = one.tid
        LEFT JOIN video present ON present.video_id = one.video_id
        LEFT JOIN video_counter counted ON counted.video_pk = present.id
        LEFT JOIN (SELECT DISTINCT video_id FROM {staging.claims}) AS claimed
               ON claimed.video_id = one.video_id"""


def _skip(staging: Staging, exclude_shorts: bool) -> str:
    """The case of a known Short, where those are to be left out."""
    if not exclude_shorts:
        return ""
    flagged = (
        f" OR one.video_id IN (SELECT f.video_id FROM {staging.rows} f WHERE f.is_short)"
        if staging.kind is Kind.CLAIMS
        else ""
    )
    return f"""WHEN one.video_id NOT IN (SELECT video_id FROM non_youtube_shorts)
            AND (one.video_id IN (SELECT video_id FROM youtube_shorts)
                 OR coalesce(present.is_short, false){flagged}) THEN {SKIPPED}"""


def _todo(staging: Staging) -> str:
    """The videos that need something, numbered; new ones get their key here, in order."""
    return f"""SELECT row_number() OVER (ORDER BY video_id) AS n, tid, video_id,
            coalesce(pk, nextval(pg_get_serial_sequence('video', 'id'))) AS pk, what
        FROM {staging.pick} WHERE what NOT IN (0, {SKIPPED})"""


def _assets(staging: Staging, newest: bool) -> str:
    """The assets that are new or differ, numbered; a live claim's row speaks first."""
    if newest:
        is_old = None
    elif staging.kind is Kind.ASSET:
        is_old = "(present.id <@ (SELECT ids FROM newer))"
    else:
        # Coverage is kept by video; of an older claims report's assets only gaps are filled.
        is_old = "true"
    differs = needs_write(ASSET_FIELDS[staging.kind], "present", "r", is_old)
    live = f"{LIVE_FIRST}, claim_id, " if staging.kind is Kind.CLAIMS else ""
    with_newer = is_old is not None and "newer" in is_old
    return f"""{"WITH " + NEWER if with_newer else ""}
        SELECT row_number() OVER (ORDER BY one.asset_id) AS n, one.tid, one.asset_id
        FROM (SELECT DISTINCT ON (asset_id) asset_id, ctid AS tid FROM {staging.rows} r
              WHERE asset_id IS NOT NULL
              ORDER BY asset_id, {live}hash_record_extended(r, 0), ctid) AS one
        JOIN {staging.rows} r ON r.ctid = one.tid
        LEFT JOIN asset present ON present.asset_id = one.asset_id
        WHERE present.id IS NULL OR {differs}"""
