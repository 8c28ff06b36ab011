"""What a video's claims mean for the video, after its claims are up to date.

The rule is that of the reports: of this owner's claims that YouTube tells, the one that speaks is a
live one before others, one with an asset before one without, then the one with the smallest id. A
video is unclaimed when YouTube tells no live claim of this owner and none is known here that an
answer may just have left out. It is claimed by another owner while one has an active claim; that it
is not, an answer can tell only if it tells any claim at all. A claim may go on naming an asset that
was merged into another; the video shows the other.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from catalogtool.catalog.looks import claims
from catalogtool.catalog.looks.fields import CLAIMED, staged_types
from catalogtool.catalog.looks.pending import compare_edits
from catalogtool.catalog.looks.staged import Staged, stage
from catalogtool.catalog.looks.times import drop_stale, note_looks
from catalogtool.catalog.merge.age import NEWEST
from catalogtool.catalog.merge.change import change_videos
from catalogtool.catalog.merge.chunk import FOLD_COUNTS
from catalogtool.catalog.merge.delta import needs_write
from catalogtool.catalog.merge.fields import Look
from catalogtool.catalog.merge.settle import settle_telling
from catalogtool.catalog.merge.source import YOUTUBE

Changes = dict[str, list[Any]]

ASKED = Staged("look_asked", {"video_id": "text", "at": "timestamptz"})
SPOKEN = Staged("look_spoken", {"video_id": "text", **staged_types(CLAIMED)})

_OVERTAKEN = """DELETE FROM pg_temp.look_claims r
    WHERE NOT EXISTS (SELECT FROM pg_temp.look_asked a WHERE a.video_id = r.video_id)"""
_LIVE = """CASE r.claim_status WHEN 'ACTIVE' THEN 0 WHEN 'PENDING' THEN 1 ELSE 2 END"""
_OWN_LIVE_HERE = """EXISTS (SELECT FROM claim c WHERE c.video_id = v.video_id
    AND c.claim_id IS NOT NULL AND c.third_party IS NOT TRUE
    AND c.claim_status IS DISTINCT FROM 'INACTIVE')"""
_OWN_HERE = """EXISTS (SELECT FROM claim c WHERE c.video_id = v.video_id
    AND c.claim_id IS NOT NULL AND c.third_party IS NOT TRUE)"""
_SPEAK = f"""INSERT INTO pg_temp.look_spoken (video_id, asset_id, claimed_status,
        claimed_by_another_owner, other_owners_claiming, effective_policy)
    SELECT v.video_id,
        CASE WHEN one.claim_status IN ('ACTIVE', 'PENDING')
             THEN coalesce(shown.merged_into, one.asset_id) END,
        CASE WHEN one.claim_status_detail = 'DISPUTED' THEN 'dispute'
             WHEN one.claim_status_detail = 'APPEALED' THEN 'appeal'
             WHEN one.claim_status = 'ACTIVE' THEN 'claimed'
             WHEN one.claim_status = 'PENDING' THEN 'pending'
             WHEN NOT {_OWN_LIVE_HERE} AND (v.claimed_status IS NULL OR {_OWN_HERE})
                THEN 'unclaimed' END,
        CASE WHEN told.by_others THEN 'Yes' WHEN told.claims > 0 THEN 'No' END,
        CASE WHEN told.claims > 0 AND NOT told.by_others THEN '' END,
        CASE WHEN one.claim_status = 'ACTIVE' THEN one.effective_policy END
    FROM pg_temp.look_asked a JOIN video v ON v.video_id = a.video_id
    LEFT JOIN LATERAL (
        SELECT * FROM pg_temp.look_claims r
        WHERE r.video_id = a.video_id AND r.third_party IS NOT TRUE
        ORDER BY {_LIVE}, (r.asset_id IS NULL), r.claim_id LIMIT 1) AS one ON true
    LEFT JOIN asset shown ON shown.asset_id = one.asset_id
    CROSS JOIN LATERAL (
        SELECT count(*) AS claims,
               coalesce(bool_or(r.third_party AND r.claim_status = 'ACTIVE'), false) AS by_others
        FROM pg_temp.look_claims r WHERE r.video_id = a.video_id) AS told"""

_GATHER = """CREATE TEMP TABLE IF NOT EXISTS look_told
    (video_id text PRIMARY KEY, changes jsonb) ON COMMIT DELETE ROWS"""
_GATHERED = """INSERT INTO pg_temp.look_told (video_id, changes)
    SELECT video_id, jsonb_object_agg(each.key, each.value)
    FROM pg_temp.look_said, jsonb_each(changes) AS each GROUP BY video_id"""
_DIFFERENT = f"""FROM pg_temp.look_spoken r
    JOIN video v ON v.video_id = r.video_id
    LEFT JOIN pg_temp.look_told said ON said.video_id = r.video_id
    WHERE ({needs_write(CLAIMED, "v", "r", NEWEST)} OR said.changes IS NOT NULL)"""
_LOCK = f"""SELECT count(*) FROM (
    SELECT {_DIFFERENT} ORDER BY v.id FOR NO KEY UPDATE OF v) AS locked"""
_LOCK_EDITED = """SELECT count(*) FROM (
    SELECT FROM pg_temp.look_asked r JOIN video v ON v.video_id = r.video_id
    WHERE EXISTS (SELECT FROM pending_edit p WHERE p.video_id = r.video_id)
    ORDER BY v.id FOR NO KEY UPDATE OF v) AS locked"""
_CHANGE = change_videos(
    CLAIMED,
    f"{_DIFFERENT} ORDER BY v.id",
    "id, video_id, changes, asset_id IS DISTINCT FROM old_asset AS moved",
    said="coalesce(said.changes, '{}')",
)
_EDITED = """JOIN (SELECT s.*, a.at FROM pg_temp.look_spoken s
    JOIN pg_temp.look_asked a ON a.video_id = s.video_id) AS r ON r.video_id = p.video_id"""
_EDITS = {field.name: f"to_jsonb({field.value('r')})" for field in CLAIMED}


def look_at_claims(
    session: Session,
    asked: Iterable[Mapping[str, object]],
    told: Iterable[Mapping[str, object]],
) -> dict[str, Changes]:
    """Bring in the claims that YouTube told of these videos; what changed, by video id.

    A row of `asked` has `video_id` and `at`; one of `told` has `video_id`, `claim_id`, `asset_id`,
    `claim_status_detail` and the values of `CLAIM` as they are stored. All claims of a video that
    was asked for are told. The assets of the claims should be looked at before.
    """
    stage(session, ASKED, asked)
    stage(session, claims.TABLE, told)
    for table in (claims.SAID, SPOKEN):
        stage(session, table, ())
    drop_stale(session, ASKED.name, Look.CLAIMS)
    session.execute(text(_OVERTAKEN))
    claims.merge_claims(session)
    session.execute(text(_SPEAK))
    session.execute(text(_GATHER))
    session.execute(text("TRUNCATE pg_temp.look_told"))
    session.execute(text(_GATHERED))
    session.execute(text(_LOCK))
    session.execute(text(_LOCK_EDITED))
    compare_edits(session, _EDITED, _EDITS)
    rows = session.execute(text(_CHANGE), YOUTUBE.parameters).all()
    changed: dict[str, Changes] = {row.video_id: row.changes for row in rows}
    if moved := [row.id for row in rows if row.moved]:
        settled = settle_telling(session, YOUTUBE, "v.id = ANY (:moved)", moved=moved)
        for video_id, changes in settled.items():
            changed[video_id] = changed.get(video_id, {}) | changes
    note_looks(session, ASKED.name, Look.CLAIMS)
    if changed:
        session.execute(text(FOLD_COUNTS))
    return changed
