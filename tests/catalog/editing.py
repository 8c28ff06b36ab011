"""A small catalogue to edit, and all that it says before and after."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select, text

from catalogtool.auth.models import User
from catalogtool.catalog.edits.batches import describe
from catalogtool.catalog.edits.bulk import edit_many
from catalogtool.catalog.edits.changes import parse_changes
from catalogtool.catalog.edits.rollback import roll_back_batch
from catalogtool.catalog.edits.selection import ByIds, Selection
from catalogtool.catalog.edits.single import update_video
from catalogtool.catalog.models import Video, VideoCounter
from catalogtool.channels.models import Channel
from catalogtool.core.db import unit_of_work

EMAIL = "ann@example.com"

# What an edit can touch, without the times of writing.
STATE = {
    "video": """SELECT to_jsonb(v) - '{id,created_at,updated_at,provenance,facets,policy}'::text[]
        FROM video v ORDER BY v.video_id""",
    "pending": """SELECT to_jsonb(p) - '{id,created_at,user_id}'::text[] FROM pending_edit p
        ORDER BY p.video_id, p.field""",
    "shorts": "SELECT jsonb_build_array(video_id, source) FROM youtube_shorts ORDER BY video_id",
    "others": "SELECT to_jsonb(video_id) FROM non_youtube_shorts ORDER BY video_id",
}
RECORDS = """SELECT to_jsonb(m) - '{sync_time,channel_display_name}'::text[] FROM metadata_sync m
    ORDER BY m.id"""


def name(number: int) -> str:
    """The id of the n-th video."""
    return f"video{number:06d}"


def add_videos(*rows: Mapping[str, Any]) -> None:
    """Videos with these columns; the ids come by themselves where they are not given."""
    with unit_of_work() as session:
        for number, row in enumerate(rows, 1):
            values = {"video_id": name(number), **row}
            channel = values.get("channel_display_name")
            if channel and not session.scalar(select(Channel.id).where(Channel.name == channel)):
                session.execute(insert(Channel).values(name=channel))
            pk = session.scalar(insert(Video).values(values).returning(Video.id))
            session.execute(insert(VideoCounter).values(video_pk=pk))


def add_many(number: int, **columns: Any) -> None:
    """So many videos that are alike."""
    values = ", ".join(f":{name}" for name in columns)
    with unit_of_work() as session:
        session.execute(
            text(
                f"""INSERT INTO video (video_id, {", ".join(columns)})
                SELECT 'video' || to_char(n, 'FM000000'), {values}
                FROM generate_series(1, :number) AS n"""
            ),
            {"number": number, **columns},
        )
        session.execute(text("INSERT INTO video_counter (video_pk) SELECT id FROM video"))


def person(email: str = EMAIL) -> User:
    """The person who edits."""
    with unit_of_work() as session:
        found = session.scalar(select(User).where(User.email == email))
        if found is None:
            found = User(email=email, fs_uniquifier=email)
            session.add(found)
        session.flush()
        return found


def edit(video_id: str, **changes: Any) -> None:
    """What a person does to one video."""
    user = person()
    with unit_of_work() as session:
        update_video(session, user, video_id, parse_changes(changes, only_set=True), None)


def edit_all(
    changes: Mapping[str, Any], selection: Selection | Sequence[str], snapshot: str | None = None
) -> dict[str, Any]:
    """What a person does to many; the batch."""
    user = person()
    chosen = ByIds(tuple(selection)) if isinstance(selection, list | tuple) else selection
    with unit_of_work() as session:
        batch = edit_many(session, user, chosen, parse_changes(dict(changes)), snapshot)  # type: ignore[arg-type]
        return describe(session, batch.id)


def undo(batch_id: str) -> dict[str, Any]:
    """A person takes a batch back; the batch that does."""
    user = person()
    with unit_of_work() as session:
        return describe(session, roll_back_batch(session, user, UUID(batch_id)).id)


def state() -> dict[str, list[Any]]:
    """All that the catalogue says."""
    with unit_of_work() as session:
        return {name: list(session.scalars(text(query))) for name, query in STATE.items()}


def video(video_id: str) -> dict[str, Any]:
    """All that it says of one video."""
    (found,) = [row for row in state()["video"] if row["video_id"] == video_id]
    return dict(found)


def pending() -> dict[tuple[str, str], tuple[Any, Any]]:
    """The unconfirmed edits: (video, field) → (value, what it was before)."""
    rows = state()["pending"]
    return {(row["video_id"], row["field"]): (row["value"], row["base"]) for row in rows}


def records() -> list[dict[str, Any]]:
    """All records of the history, oldest first."""
    with unit_of_work() as session:
        return list(session.scalars(text(RECORDS)))


def sql(statement: str, **parameters: Any) -> Any:
    """One statement in a transaction of its own; what it returns first, if anything."""
    with unit_of_work() as session:
        result = session.execute(text(statement), parameters)
        return result.scalar() if result.returns_rows else None  # type: ignore[attr-defined]
