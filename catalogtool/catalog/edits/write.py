"""The one place that changes videos by hand: a set of them in one statement.

Videos first, their notes of unconfirmed edits after: an import waits for the same locks before it
looks at either, so that neither loses the other's work. A video that ends as it was costs no write
and leaves no record.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from catalogtool.catalog.edits.fields import COMPANIONS, LOCAL, SHORT_VERDICT
from catalogtool.catalog.edits.plan import NOT_SHORT, Plan, changes, judged, passes
from catalogtool.core.events import publish
from catalogtool.core.locks import MERGE_LOCK, hold_lock

EVENT = "video_update"
MOST_NAMED = 100

_LOCK = text(
    """SELECT count(*) FROM (
        SELECT FROM video WHERE id = ANY (cast(:pks AS bigint[]))
        ORDER BY id FOR NO KEY UPDATE) AS locked"""
)


@dataclass(frozen=True)
class Author:
    """Whose change it is: `source` is `user`, `rollback` or `youtube`."""

    user_id: int | None
    source: str = "user"
    batch_id: UUID | None = None


@dataclass(frozen=True)
class Outcome:
    """What became of a set of videos.

    `said`: for the first hundred with anything to report, their id and the list of
    {field, reason, present}. `gone` videos were there when they were chosen. `changes` and
    `record_id` are those of the last video that changed.
    """

    updated: int
    unchanged: int
    skipped: int
    gone: int
    said: Sequence[tuple[str, list[dict[str, Any]]]]
    video_ids: Sequence[str]
    changes: dict[str, list[Any]]
    record_id: int | None


def lock_videos(session: Session, pks: Sequence[int]) -> None:
    """Lock these rows in the order of their ids, as everybody does who changes several."""
    session.execute(_LOCK, {"pks": list(pks)})


def change_videos(session: Session, pks: Sequence[int], plan: Plan, author: Author) -> Outcome:
    """Carry the plan out for these videos, audit it, and tell the pages at the commit."""
    if len(pks) > 1:
        # Imports write the counters' rows in an order of their own; in turns nobody waits in a
        # circle. A single video can't.
        hold_lock(session, MERGE_LOCK)
    lock_videos(session, pks)
    found = session.execute(
        text(_statement(plan)),
        {
            **plan.parameters,
            "pks": list(pks),
            "source": author.source,
            "user_id": author.user_id,
            "batch_id": author.batch_id,
            "unconfirmed": _unconfirmed(plan),
        },
    ).one()
    outcome = Outcome(
        updated=found.updated,
        unchanged=found.unchanged,
        skipped=found.skipped,
        gone=len(pks) - found.judged,
        said=[(video_id, said) for video_id, said in found.said or ()],
        video_ids=found.video_ids or (),
        changes=found.changes or {},
        record_id=found.record_id,
    )
    if outcome.updated:
        announce(session, outcome.video_ids, author.source, outcome.updated)
    return outcome


def announce(session: Session, video_ids: Sequence[str], source: str, count: int) -> None:
    """Tell open pages that videos changed, some of them by name."""
    named = list(video_ids)[:MOST_NAMED]
    publish(session, EVENT, {"video_ids": named, "source": source, "count": count})


def _unconfirmed(plan: Plan) -> list[str]:
    """The fields that YouTube knows as well: an edit of them waits for its confirmation."""
    if plan.known:
        return []
    return [name for name in plan.new if name not in LOCAL and name not in COMPANIONS]


def _statement(plan: Plan) -> str:
    """Everything that happens to a set of videos; the numbers and names come back in one row."""
    parts = [
        f"judged AS MATERIALIZED ({judged(plan, '(SELECT unnest(cast(:pks AS bigint[])) AS pk)')})",
        f"""changed AS MATERIALIZED (
            SELECT judged.*, {changes(plan.new)} AS changes FROM judged
            WHERE {passes(plan)} ORDER BY id)""",
        _written(plan.columns),
        _audited(plan),
    ]
    if SHORT_VERDICT in plan.new:
        parts += _listed()
    if _unconfirmed(plan):
        parts += _noted()
    return f"""WITH {", ".join(parts)}
        SELECT count(*) AS judged,
            count(*) FILTER (WHERE said IS NOT NULL) AS skipped,
            count(*) FILTER (WHERE said IS NULL AND NOT differs) AS unchanged,
            (SELECT count(*) FROM changed) AS updated,
            (SELECT jsonb_agg(jsonb_build_array(video_id, said)) FROM (
                SELECT video_id, said FROM judged WHERE said IS NOT NULL
                ORDER BY id LIMIT {MOST_NAMED}) AS first) AS said,
            (SELECT array_agg(video_id) FROM (
                SELECT video_id FROM changed ORDER BY id LIMIT {MOST_NAMED}) AS first) AS video_ids,
            (SELECT changes FROM changed ORDER BY id DESC LIMIT 1) AS changes,
            (SELECT max(id) FROM audited) AS record_id
        FROM judged"""


def _written(columns: Iterable[str]) -> str:
    values = "".join(f"{name} = changed.new_{name}, " for name in columns)
    return f"""written AS (
        UPDATE video v SET {values}updated_at = now() FROM changed WHERE v.id = changed.id)"""


def _audited(plan: Plan) -> str:
    """One record for each video; its title and channel as they are from now on."""
    title, channel = (
        f"coalesce(new_{name}, {name})" if name in plan.new else name
        for name in ("title", "channel_display_name")
    )
    return f"""audited AS (
        INSERT INTO metadata_sync (video_id, channel_display_name, video_title, changes, source,
            user_id, batch_id)
        SELECT video_id, {channel}, {title}, changes, :source, cast(:user_id AS integer),
            cast(:batch_id AS uuid)
        FROM changed ORDER BY id
        RETURNING id)"""


def _listed() -> list[str]:
    """The lists of Shorts follow the verdict."""
    moved = "changed.new_short_verdict IS DISTINCT FROM changed.old_short_verdict"
    new = "changed.new_short_verdict"
    return [
        f"""no_short AS (
            DELETE FROM youtube_shorts s USING changed
            WHERE s.video_id = changed.video_id AND {moved}
              AND ({new} IS NULL OR {new} = '{NOT_SHORT}'))""",
        f"""no_verdict AS (
            DELETE FROM non_youtube_shorts n USING changed
            WHERE n.video_id = changed.video_id AND {new} IS DISTINCT FROM '{NOT_SHORT}')""",
        f"""short AS (
            INSERT INTO youtube_shorts (video_id, source)
            SELECT video_id, {new} FROM changed WHERE {moved} AND {new} <> '{NOT_SHORT}'
            ON CONFLICT (video_id) DO UPDATE SET source = excluded.source)""",
        f"""not_short AS (
            INSERT INTO non_youtube_shorts (video_id, verified_by)
            SELECT video_id, cast(:user_id AS integer) FROM changed
            WHERE {moved} AND {new} = '{NOT_SHORT}'
            ON CONFLICT (video_id) DO NOTHING)""",
    ]


def _noted() -> list[str]:
    """What YouTube does not know yet.

    A value that is back where it began needs no note, nor does one that YouTube has by now.
    """
    known = "coalesce(edited.base = edited.new OR edited.theirs = edited.new, false)"
    return [
        """edited AS MATERIALIZED (
            SELECT changed.id, changed.video_id, each.key AS field, each.value -> 0 AS old,
                   each.value -> 1 AS new, p.id AS note, p.base,
                   CASE WHEN p.theirs_at IS NOT NULL THEN coalesce(p.theirs, 'null') END AS theirs
            FROM changed CROSS JOIN LATERAL jsonb_each(changed.changes) AS each
            LEFT JOIN pending_edit p ON p.video_id = changed.video_id AND p.field = each.key
            WHERE each.key = ANY (cast(:unconfirmed AS text[])))""",
        f"""settled AS (
            DELETE FROM pending_edit p USING edited WHERE p.id = edited.note AND {known})""",
        f"""noted AS (
            INSERT INTO pending_edit (video_id, field, value, base, user_id)
            SELECT video_id, field, new, old, cast(:user_id AS integer) FROM edited
            WHERE note IS NULL OR NOT {known} ORDER BY id
            ON CONFLICT (video_id, field) DO UPDATE
            SET value = excluded.value, user_id = excluded.user_id, created_at = now())""",
    ]
