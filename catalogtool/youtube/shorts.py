"""Whether YouTube shows a video as a Short, by the rule that it has written down."""

from __future__ import annotations

from datetime import UTC, datetime

# For uploads from this day on, three minutes; before, one.
LONGER_SINCE = datetime(2024, 10, 15, tzinfo=UTC)
LONGEST, LONGEST_BEFORE = 180, 60


def is_short(
    published_at: datetime | None, length: int | None, width: int | None, height: int | None
) -> bool | None:
    """True for a square or upright video that is short enough for its day.

    length: seconds. width, height: of the picture, in any unit. None where what is known does not
    decide it; length alone can only tell that a video is none.
    """
    if not length:
        return None
    if length > LONGEST:
        return False
    if published_at is not None and published_at < LONGER_SINCE and length > LONGEST_BEFORE:
        return False
    if not width or not height:
        return None
    if width > height:
        return False
    return True if published_at is not None or length <= LONGEST_BEFORE else None
