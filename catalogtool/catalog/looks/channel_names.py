"""A look's videos name their channels as YouTube does; here a channel may have another name.

A channel whose id is known keeps the name that it has here, unless that name came from a source
that misspells names. What YouTube itself renamed is followed when the channel is looked at.
"""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.orm import Session

from catalogtool.channels.service import (
    FORMER_NAMES,
    USES_FORMER_NAME,
    ensure_channels,
    give_ids,
)

_BY_ID = """UPDATE pg_temp.look_videos r SET channel_display_name = c.name
    FROM channel c
    WHERE c.channel_id = r.channel_id AND NOT c.provisional
      AND r.channel_display_name IS DISTINCT FROM c.name"""
_BY_FORMER_NAME = f"""WITH former AS MATERIALIZED (SELECT * FROM {FORMER_NAMES})
    UPDATE pg_temp.look_videos r SET channel_display_name = former.present
    FROM former
    WHERE {USES_FORMER_NAME} AND NOT EXISTS (
        SELECT FROM channel known
        WHERE known.channel_id = r.channel_id AND NOT known.provisional)"""
_NAMED = """SELECT DISTINCT channel_display_name AS name, channel_id FROM pg_temp.look_videos
    WHERE channel_display_name IS NOT NULL"""


def use_ours(session: Session) -> None:
    """Put the names that channels have here into the staged rows."""
    session.execute(text(_BY_ID))
    session.execute(text(_BY_FORMER_NAME))


def make_new(session: Session) -> None:
    """Make the channels that nobody has seen yet, and give ids to those without."""
    ensure_channels(session, _NAMED, {}, provisional=False)
    give_ids(session, _NAMED)
