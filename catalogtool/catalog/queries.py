"""What the screens read besides the list: one video with its claims, and the filters' choices."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from catalogtool.catalog.models import Claim, Video, VideoLook
from catalogtool.catalog.search.fields import FIELDS
from catalogtool.catalog.search.filters import POLICIES, PRIVACY
from catalogtool.catalog.search.names import distinct_values
from catalogtool.catalog.search.parameters import printable
from catalogtool.catalog.search.rows import fetch_rows
from catalogtool.core.errors import VideoNotFoundError
from catalogtool.core.times import iso

CLAIM_FIELDS = tuple(
    column.name for column in Claim.__table__.c if column.name not in {"video_id", "created_at"}
)


def find_video_pk(session: Session, video_id: str) -> int:
    """The row id behind a YouTube id; VideoNotFoundError if the catalogue has none."""
    # PostgreSQL can hold neither of these, so no video can have them.
    storable = "\0" not in video_id and video_id.isprintable()
    pk = session.scalar(select(Video.id).where(Video.video_id == video_id)) if storable else None
    if pk is None:
        raise VideoNotFoundError(details={"video_id": printable(video_id)})
    return pk


def get_video(session: Session, video_id: str) -> dict[str, Any]:
    """A video with all its fields, its `claims`, oldest first, and when YouTube was asked for it.

    VideoNotFoundError if unknown.
    Hidden videos are found as well: who knows the id may look.
    """
    pk = find_video_pk(session, video_id)
    rows = fetch_rows(session, [pk], FIELDS)
    if not rows:
        raise VideoNotFoundError(details={"video_id": video_id})
    claims = list_claims(session, video_id)
    return {**rows[0], "claims": claims, "youtube": describe_looks(session, pk)}


def list_claims(session: Session, video_id: str) -> list[dict[str, Any]]:
    """The claims on a video, in the order in which they became known."""
    columns = [Claim.__table__.c[name] for name in CLAIM_FIELDS]
    rows = session.execute(select(*columns).where(Claim.video_id == video_id).order_by(Claim.id))
    return [{name: _plain(value) for name, value in row._mapping.items()} for row in rows]


def describe_looks(session: Session, pk: int) -> dict[str, str | None]:
    """When YouTube was last asked for a video and its claims, and since when it is missing."""
    look = session.get(VideoLook, pk, populate_existing=True)
    return {
        "looked_at": iso(look.metadata_at) if look else None,
        "claims_looked_at": iso(look.claims_at) if look else None,
        "missing_since": iso(look.missing_since) if look else None,
    }


def list_facets(session: Session) -> dict[str, list[str]]:
    """What the filters can be set to: present values where they are free, else the known ones."""
    categories = session.scalars(distinct_values(Video.category))
    statuses = session.scalars(distinct_values(Video.claimed_status))
    return {
        "category": list(categories),
        "claimed_status": list(statuses),
        "policy": list(POLICIES),
        "privacy_status": list(PRIVACY),
    }


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return iso(value)
    return value.isoformat() if isinstance(value, date) else value
