"""All writes to the channels."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import text
from sqlalchemy.orm import Session


def ensure_channels(
    session: Session, named: str, parameters: Mapping[str, object], *, provisional: bool
) -> None:
    """Make the channels that a query names and that do not exist yet; `give_ids` comes later.

    `named` is SQL that yields (name, channel_id). A channel that YouTube renamed arrives as a new
    name with a known id: the new row takes over what people set on the old one. `provisional`
    marks channels whose names may be misspelt by their source.
    """
    found = session.execute(
        text(
            f"""SELECT DISTINCT ON (named.name) named.name, named.channel_id
            FROM ({named}) AS named
            LEFT JOIN channel c ON c.name = named.name
            WHERE named.name IS NOT NULL AND (c.id IS NULL OR (c.provisional AND NOT :provisional))
            ORDER BY named.name, named.channel_id"""
        ),
        {**parameters, "provisional": provisional},
    ).all()
    if found:
        wanted = {"names": [name for name, _ in found], "ids": [id_ for _, id_ in found]}
        session.execute(text(_CREATE), {**wanted, "provisional": provisional})


def give_ids(session: Session, named: str) -> None:
    """Give YouTube's ids to the channels without one that a query (name, channel_id) names.

    Once for a whole report: where it has several names for one id, as in the days of a renaming,
    the smallest one gets it, whatever order they came in.
    """
    owners = session.execute(
        text(
            f"""SELECT owner.channel_id, owner.name FROM (
                SELECT named.channel_id, min(named.name COLLATE "C") AS name FROM ({named}) AS named
                WHERE named.channel_id IS NOT NULL AND named.name IS NOT NULL
                GROUP BY named.channel_id) AS owner
            JOIN channel c ON c.name = owner.name AND c.channel_id IS NULL
            ORDER BY owner.channel_id"""
        )
    ).all()
    if owners:
        wanted = {"ids": [id_ for id_, _ in owners], "names": [name for _, name in owners]}
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

_RELEASE_IDS = f"""
UPDATE channel SET channel_id = NULL, updated_at = now()
FROM {_WANTED}
WHERE channel.channel_id = wanted.channel_id AND channel.name <> wanted.name
"""

_GIVE_IDS = f"""
UPDATE channel SET channel_id = wanted.channel_id, updated_at = now()
FROM {_WANTED}
WHERE channel.name = wanted.name AND channel.channel_id IS NULL
"""
