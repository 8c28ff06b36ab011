"""All writes to the channels."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import text
from sqlalchemy.orm import Session


def ensure_channels(
    session: Session, named: str, parameters: Mapping[str, object], *, provisional: bool
) -> None:
    """Make the channels that a query names and that do not exist yet.

    `named` is SQL that yields (name, channel_id). A channel that YouTube renamed arrives as a new
    name with a known id: the new row takes over what people set on the old one, and the id.
    `provisional` marks channels whose names may be misspelt by their source.
    """
    found = session.execute(
        text(
            f"""SELECT DISTINCT ON (named.name) named.name, named.channel_id
            FROM ({named}) AS named
            LEFT JOIN channel c ON c.name = named.name
            WHERE named.name IS NOT NULL
              AND (c.id IS NULL
                   OR (c.channel_id IS NULL AND named.channel_id IS NOT NULL)
                   OR (c.provisional AND NOT :provisional))
            ORDER BY named.name, named.channel_id"""
        ),
        {**parameters, "provisional": provisional},
    ).all()
    if not found:
        return
    wanted = {"names": [name for name, _ in found], "ids": [id_ for _, id_ in found]}
    session.execute(text(_CREATE), {**wanted, "provisional": provisional})
    session.execute(text(_RELEASE_IDS), wanted)
    session.execute(text(_GIVE_IDS), wanted)


def drop_provisional(session: Session) -> None:
    """Remove channels that only a misspelt name made and that no video belongs to any more."""
    session.execute(
        text(
            """DELETE FROM channel c WHERE c.provisional
            AND NOT EXISTS (SELECT FROM video v WHERE v.channel_display_name = c.name)"""
        )
    )


_WANTED = "unnest(cast(:names AS text[]), cast(:ids AS text[])) AS wanted (name, channel_id)"

# A known name is confirmed by a source that spells well; an unknown one is made, with what is
# known of the channel that had the same id before.
_CREATE = f"""
INSERT INTO channel (name, provisional, image_url, description, country, is_monetized, hidden)
SELECT wanted.name, :provisional, c.image_url, c.description, c.country, c.is_monetized,
       coalesce(c.hidden, false)
FROM {_WANTED} LEFT JOIN channel c ON c.channel_id = wanted.channel_id
ORDER BY wanted.name
ON CONFLICT (name) DO UPDATE SET provisional = channel.provisional AND excluded.provisional
"""

# One name per id: a file from the days of a renaming may hold both.
_OWNERS = f"""(
    SELECT DISTINCT ON (wanted.channel_id) wanted.channel_id, wanted.name FROM {_WANTED}
    JOIN channel c ON c.name = wanted.name AND c.channel_id IS NULL
    WHERE wanted.channel_id IS NOT NULL ORDER BY wanted.channel_id, wanted.name)"""

_RELEASE_IDS = f"""
UPDATE channel SET channel_id = NULL, updated_at = now()
FROM {_OWNERS} AS owner
WHERE channel.channel_id = owner.channel_id AND channel.name <> owner.name
"""

_GIVE_IDS = f"""
UPDATE channel SET channel_id = owner.channel_id, updated_at = now()
FROM {_OWNERS} AS owner
WHERE channel.name = owner.name
"""
