"""What people ask of the queue: one video, some, or everything; and what that takes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Select, insert, select, text
from sqlalchemy.orm import Session
from sqlalchemy.sql import column, table

from catalogtool.auth.models import User
from catalogtool.catalog.edits.preview import CHOOSING_SECONDS, be_patient
from catalogtool.catalog.edits.selection import ByIds, Selection
from catalogtool.catalog.search.parameters import printable, refuse
from catalogtool.channels.models import Channel
from catalogtool.core.errors import ValidationError
from catalogtool.core.settings import Settings
from catalogtool.sync.queue.enqueue import PRIORITY, enqueue_matching
from catalogtool.sync.queue.status import queue_figures
from catalogtool.youtube.quota import estimate

MOST_CHANNELS = 1_000
MOST_NAMED = 20
VIDEOS_OF_A_CALL = 50

# For each kind of question: which videos it can be asked for, which have an answer of today, and
# how many calls a batch of fifty takes.
PULLS = ("metadata_sync", "asset_enrichment", "ownership_update")
_ASKABLE = {"asset_enrichment": "v.asset_id IS NOT NULL"}
_TODAY = "> now() - interval '24 hours'"
_ANSWERED = {
    "metadata_sync": f"""EXISTS (SELECT FROM video_look l
        WHERE l.video_pk = v.id AND l.metadata_at {_TODAY})""",
    "ownership_update": f"""EXISTS (SELECT FROM video_look l
        WHERE l.video_pk = v.id AND l.claims_at {_TODAY})""",
    "asset_enrichment": f"""EXISTS (SELECT FROM asset a
        WHERE a.asset_id = v.asset_id AND a.looked_at {_TODAY})""",
}
_CALLS = {"metadata_sync": 1, "asset_enrichment": 1, "ownership_update": 2}
WRITE_UNITS = 50

_COUNT = """
    SELECT count(*) FROM video v WHERE ({where}) AND NOT EXISTS (
        SELECT FROM processing_queue q
        WHERE q.video_id = v.video_id AND q.task_type = :task_type
          AND q.status IN ('pending', 'processing'))"""

CHOSEN = table("chosen_video", column("id"))


@dataclass(frozen=True)
class Videos:
    """Which videos `v`: an SQL condition and its parameters."""

    where: str = "true"
    parameters: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Wanted:
    """What is to be asked for these videos."""

    task_type: str = "metadata_sync"
    priority: str = "normal"
    force_refresh: bool = False


def of_channels(session: Session, names: Sequence[str] | None) -> Videos:
    """All videos, or those of these channels; ValidationError names the channels that none has."""
    if names is None:
        return Videos()
    known = set(session.scalars(select(Channel.name).where(Channel.name.in_(names))))
    unknown = [name for name in names if name not in known]
    if unknown:
        raise ValidationError(
            f"There is no channel named {', '.join(printable(n) for n in unknown[:MOST_NAMED])}.",
            {"field": "channels", "rule": "must be known", "unknown": unknown[:MOST_NAMED]},
        )
    return Videos("v.channel_display_name = ANY (:channels)", {"channels": list(names)})


def of_selection(session: Session, selection: Selection) -> Videos:
    """The videos of a selection that the catalogue has, fixed for this transaction."""
    be_patient(session, CHOOSING_SECONDS)
    if isinstance(selection, ByIds):
        return Videos("v.video_id = ANY (:video_ids)", {"video_ids": list(selection.video_ids)})
    choose(session, selection.matching(session))
    return Videos("v.id IN (SELECT id FROM chosen_video)")


def choose(session: Session, matching: Select[Any]) -> None:
    """Put the keys that this query gives into a table that ends with the transaction."""
    session.execute(text("CREATE TEMPORARY TABLE chosen_video (id bigint) ON COMMIT DROP"))
    session.execute(insert(CHOSEN).from_select(["id"], matching))
    session.execute(text("ANALYZE chosen_video"))


def request_many(
    session: Session,
    settings: Settings,
    user: User | None,
    videos: Videos,
    wanted: Wanted,
    *,
    dry_run: bool = False,
) -> dict[str, Any]:
    """Queue these videos, or only tell what that would take.

    Without `force_refresh` those that YouTube was asked for in the last 24 hours are left out.
    """
    be_patient(session, CHOOSING_SECONDS)
    where = _where(videos.where, wanted)
    if dry_run:
        given = {**videos.parameters, "task_type": wanted.task_type}
        created = session.execute(text(_COUNT.format(where=where)), given).scalar_one()
    else:
        created = enqueue_matching(
            session,
            wanted.task_type,
            where,
            videos.parameters,
            user_id=user.id if user else None,
            priority=PRIORITY[wanted.priority],
        )
    calls = calls_for(wanted.task_type, created)
    more = calls if dry_run else 0
    return {
        "jobs_created": created,
        "calls": calls,
        "units": calls,
        "estimated_completion": estimated_completion(session, settings, more_calls=more),
    }


def calls_for(task_type: str, videos: int) -> int:
    """How many calls of one unit it takes to ask for so many videos."""
    return -(-videos // VIDEOS_OF_A_CALL) * _CALLS[task_type]


def estimated_completion(
    session: Session, settings: Settings, *, more_calls: int = 0, more_writes: int = 0
) -> datetime | None:
    """When all that waits and runs can be done, and these besides; None if that is nothing.

    None as well where there is no quota for it at all.
    """
    by_type = queue_figures(session)["by_type"]
    open_tasks = {name: n["pending"] + n["processing"] for name, n in by_type.items()}
    writes = open_tasks["metadata_push"] + more_writes
    calls = sum(calls_for(name, open_tasks[name]) for name in PULLS) + more_calls + writes
    if not calls:
        return None
    read_by = estimate(session, settings, calls)
    if not writes or read_by is None:
        return read_by
    written_by = estimate(session, settings, writes, kind="write", units=WRITE_UNITS)
    return max(read_by, written_by) if written_by else None


def one_of(body: Mapping[str, Any], name: str, allowed: Sequence[str], default: str) -> str:
    """A word of a body that is parsed in the view."""
    value = body.get(name, default)
    if not isinstance(value, str) or value not in allowed:
        refuse(name, f"must be one of {', '.join(allowed)}", allowed)
    return value


def _where(chosen: str, wanted: Wanted) -> str:
    terms = [f"({chosen})"]
    if askable := _ASKABLE.get(wanted.task_type):
        terms.append(askable)
    if not wanted.force_refresh:
        terms.append(f"NOT {_ANSWERED[wanted.task_type]}")
    return " AND ".join(terms)
