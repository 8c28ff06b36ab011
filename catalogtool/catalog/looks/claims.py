"""Claims as claimSearch tells them, complete for each video that was asked for.

YouTube knows a claim by its id alone, reports by claim, asset and custom id: whatever is told of a
claim goes into every row of it. If none of them has the asset that it shows now, the first moves.

A claim that an answer leaves out is not taken for ended, since an answer may have gaps. It is noted
when it was first left out; if a look a day later leaves it out again, it is set to inactive. It is
never deleted.
"""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.orm import Session

from catalogtool.catalog.looks.fields import CLAIM, staged_types
from catalogtool.catalog.looks.staged import Staged
from catalogtool.catalog.merge.age import NEWEST
from catalogtool.catalog.merge.delta import changes_object, differs, may_speak
from catalogtool.catalog.merge.fields import Field

TABLE = Staged(
    "look_claims",
    {
        "video_id": "text",
        "claim_id": "text",
        "asset_id": "text",
        "claim_status_detail": "text",
        **staged_types(CLAIM),
    },
)
# What changed in a video's claims, until it goes into the video's record.
SAID = Staged("look_said", {"video_id": "text", "changes": "jsonb"})

# The states of YouTube that reports have no status for; they stand in the detail.
ACTIVE_DETAILS = ("DISPUTED", "APPEALED", "TAKEDOWN")
PENDING_DETAILS = ("POTENTIAL", "ROUTED_FOR_REVIEW")
LEFT_OUT = "NOT_FOUND"
_OURS = ", ".join(f"'{detail}'" for detail in (*ACTIVE_DETAILS, *PENDING_DETAILS, LEFT_OUT))

SAME = "c.video_id = r.video_id AND c.claim_id = r.claim_id"
_TOLD = f"EXISTS (SELECT FROM pg_temp.look_claims r WHERE {SAME})"
_NAME = "concat_ws(' ', 'claim', {0}.claim_id, {0}.asset_id, {0}.custom_id)"
_OF_ASSET = "(SELECT a.custom_id FROM asset a WHERE a.asset_id = r.asset_id)"

# A detail goes with its status: what was told of another one is no longer true.
_DETAIL = f"""CASE WHEN r.claim_status IS NULL THEN c.claim_status_detail
    WHEN r.claim_status_detail IS NOT NULL THEN r.claim_status_detail
    WHEN r.claim_status = c.claim_status AND c.claim_status_detail NOT IN ({_OURS})
        THEN c.claim_status_detail END"""
_DETAIL_DIFFERS = f"c.claim_status_detail IS DISTINCT FROM {_DETAIL}"
_SAY = "INSERT INTO pg_temp.look_said (video_id, changes)"

_MOVE = f"""WITH moved AS (
        UPDATE claim c SET asset_id = r.asset_id, custom_id = {_OF_ASSET}, updated_at = now()
        FROM (SELECT DISTINCT ON (c.video_id, c.claim_id) c.id, c.asset_id AS old_asset, r.asset_id,
                     {_NAME.format("c")} AS name
              FROM pg_temp.look_claims r JOIN claim c ON {SAME}
              WHERE r.asset_id IS NOT NULL AND NOT EXISTS (
                  SELECT FROM claim other WHERE other.video_id = r.video_id
                    AND other.claim_id = r.claim_id AND other.asset_id = r.asset_id)
              ORDER BY c.video_id, c.claim_id, c.id) AS r
        WHERE c.id = r.id
        RETURNING c.video_id, r.name, r.old_asset, c.asset_id)
    {_SAY} SELECT video_id, jsonb_object_agg(name || ': asset_id',
        jsonb_build_array(old_asset, asset_id)) FROM moved GROUP BY video_id"""


def _update() -> str:
    fields: tuple[Field, ...] = CLAIM
    pairs = [
        (f.name, differs(f, "c", "r", NEWEST), f"c.{f.name}", f.value("r"))
        for f in fields
        if f.name != "third_party"
    ]
    pairs.append(("claim_status_detail", _DETAIL_DIFFERS, "c.claim_status_detail", _DETAIL))
    values = ", ".join(
        f"CASE WHEN {may_speak(f, 'c', 'r', NEWEST)} THEN {f.value('r')} ELSE c.{f.name} END"
        f" AS {f.name}"
        for f in fields
    )
    different = " OR ".join(f"({differs(f, 'c', 'r', NEWEST)})" for f in fields)
    return f"""WITH delta AS MATERIALIZED (
            SELECT c.id, c.video_id, {values}, {_DETAIL} AS claim_status_detail,
                   {changes_object(pairs)} AS changes, {_NAME.format("c")} AS name
            FROM pg_temp.look_claims r JOIN claim c ON {SAME}
            WHERE {different} OR {_DETAIL_DIFFERS} OR c.missing_since IS NOT NULL),
        written AS (
            UPDATE claim c SET {", ".join(f"{f.name} = delta.{f.name}" for f in fields)},
                   claim_status_detail = delta.claim_status_detail, missing_since = NULL,
                   updated_at = CASE WHEN delta.changes = '{{}}' THEN c.updated_at ELSE now() END
            FROM delta WHERE c.id = delta.id)
        {_SAY}
        SELECT video_id, jsonb_object_agg(name || ': ' || each.key, each.value)
        FROM delta, jsonb_each(delta.changes) AS each GROUP BY video_id"""


_NAMES = ", ".join(field.name for field in CLAIM)
_ADD = f"""WITH made AS (
        INSERT INTO claim (video_id, claim_id, asset_id, custom_id, claim_status_detail, {_NAMES})
        SELECT v.video_id, r.claim_id, r.asset_id, {_OF_ASSET}, r.claim_status_detail,
               {", ".join(f.value("r") for f in CLAIM)}
        FROM pg_temp.look_claims r JOIN video v ON v.video_id = r.video_id
        WHERE NOT EXISTS (SELECT FROM claim c WHERE {SAME})
        ORDER BY v.id, r.claim_id
        RETURNING video_id, claim_id, asset_id, custom_id)
    {_SAY}
    SELECT video_id, jsonb_object_agg({_NAME.format("made")}, jsonb_build_array(NULL, 'new'))
    FROM made GROUP BY video_id"""
_END = f"""WITH ended AS (
        UPDATE claim c SET claim_status = 'INACTIVE', claim_status_detail = '{LEFT_OUT}',
            updated_at = now()
        FROM (SELECT c.id, c.claim_status AS old
              FROM pg_temp.look_asked r JOIN claim c ON c.video_id = r.video_id
              WHERE c.claim_id IS NOT NULL AND c.claim_status IS DISTINCT FROM 'INACTIVE'
                AND c.missing_since <= r.at - interval '1 day'
                AND NOT EXISTS (SELECT FROM pg_temp.look_claims told
                    WHERE told.video_id = c.video_id AND told.claim_id = c.claim_id)) AS gone
        WHERE c.id = gone.id
        RETURNING c.video_id, {_NAME.format("c")} AS name, gone.old)
    {_SAY}
    SELECT video_id, jsonb_object_agg(name || ': claim_status',
        jsonb_build_array(old, 'INACTIVE')) FROM ended GROUP BY video_id"""
_NOTE_LEFT_OUT = """UPDATE claim c SET missing_since = r.at
    FROM pg_temp.look_asked r
    WHERE c.video_id = r.video_id AND c.claim_id IS NOT NULL AND c.missing_since IS NULL
      AND NOT EXISTS (SELECT FROM pg_temp.look_claims told
          WHERE told.video_id = c.video_id AND told.claim_id = c.claim_id)"""
_STATEMENTS = (_MOVE, _update(), _ADD, _END, _NOTE_LEFT_OUT)


def merge_claims(session: Session) -> None:
    """Bring the staged claims in, and note what changed in `SAID`."""
    for statement in _STATEMENTS:
        session.execute(text(statement))
