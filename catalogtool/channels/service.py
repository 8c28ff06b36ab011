"""All writes to the channels.

Reports know a channel by the name that it has on YouTube. Somebody who renames it here must not
find the old name back after the next report, so the channel keeps its former names, and what a
report says of one of them is taken as said of the channel: see `FORMER_NAMES`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from catalogtool.auth.audit import record_audit
from catalogtool.auth.models import User
from catalogtool.channels.changes import parse_changes
from catalogtool.channels.models import Channel
from catalogtool.channels.queries import count_videos
from catalogtool.core.errors import ChannelNotFoundError, ValidationError
from catalogtool.core.events import publish
from catalogtool.core.locks import MERGE_LOCK, hold_lock
from catalogtool.jobs.enqueue import defer

# A rename of more videos leaves work for the background.
MANY = 1_000


def update_channel(
    session: Session, name: str, changes: Mapping[str, Any], *, user: User | None = None
) -> Channel:
    """Change a channel as a person wants it; its videos follow a new name in this transaction.

    `changes`: `new_name`, `description`, `image_url`, `country`, `is_monetized`. One line in the
    audit log and one event, none where nothing changes. Raises ChannelNotFoundError, and
    ValidationError that names the field, also for a name that another channel has.
    """
    wanted = parse_changes(changes)
    return _change(session, name, wanted, "channel_updated", user)


def hide_channel(session: Session, name: str, hidden: bool, *, user: User | None = None) -> Channel:
    """Keep a channel and its videos out of lists, or show them again; see `update_channel`."""
    return _change(session, name, {"hidden": hidden}, "channel_hidden", user)


def _change(
    session: Session, name: str, wanted: Mapping[str, Any], action: str, user: User | None
) -> Channel:
    if "name" in wanted:
        # An import takes its rows in another order; it is over within a moment.
        hold_lock(session, MERGE_LOCK)
    channel = _locked(session, name)
    changed = {
        field: [getattr(channel, field), value]
        for field, value in wanted.items()
        if getattr(channel, field) != value
    }
    if not changed:
        return channel
    count = count_videos(session, [name]).get(name, 0)
    for field, (_, value) in changed.items():
        if field != "name":
            setattr(channel, field, value)
    channel.updated_at = func.now()
    session.flush()
    if "name" in changed:
        _rename(session, channel, changed["name"][1])
        if count > MANY:
            defer(session, "refresh_statistics", queue="default")
    session.refresh(channel)
    record_audit(session, user, action, name, {"changes": changed, "videos": count})
    publish(session, "video_update", {"video_ids": [], "source": "user", "count": count})
    return channel


def _locked(session: Session, name: str) -> Channel:
    """The channel, for this transaction alone; ChannelNotFoundError if there is none."""
    # PostgreSQL can hold neither of these, so no channel can be called so.
    storable = "\0" not in name and not any("\ud800" <= c <= "\udfff" for c in name)
    query = select(Channel).where(Channel.name == name).with_for_update()
    channel = session.scalar(query.execution_options(populate_existing=True)) if storable else None
    if channel is None:
        shown = name[:200].encode("utf-8", "replace").decode().replace("\0", "?")
        raise ChannelNotFoundError(details={"name": shown})
    return channel


def _rename(session: Session, channel: Channel, new_name: str) -> None:
    names = {"id": channel.id, "old": channel.name, "new": new_name}
    session.execute(text(_GATHER_MORE))
    try:
        with session.begin_nested():
            session.execute(text(_RENAME), names)
    except IntegrityError:
        raise ValidationError(
            f"new_name: there is already a channel {new_name}",
            {"field": "new_name", "rule": "must not be another channel's", "name": new_name},
        ) from None
    session.execute(text(_FORGET_NAMES), names)


def rename_as_told(session: Session, channel: Channel, title: str, last_title: str | None) -> None:
    """Follow a channel that was renamed on YouTube, unless somebody gave it a name of ours.

    `last_title`: what YouTube called it before, None if it was never asked. In that case a name
    that the channel once had is one that it still has there. Where another channel has the new
    name, ours stays; so does the name of a channel that was renamed here, which is from now on
    found by its new title, too.
    """
    if title == channel.name or title in channel.former_names:
        return
    if session.scalar(select(Channel.id).where(Channel.name == title)) is not None:
        return
    if last_title is not None and last_title != channel.name:
        session.execute(text(_REMEMBER), {"id": channel.id, "name": title})
        return
    _rename(session, channel, title)
    change = {"name": [channel.name, title], "source": "youtube"}
    record_audit(session, None, "channel_updated", title, {"changes": change})


_REMEMBER = """
UPDATE channel SET former_names = former_names || cast(:name AS text) WHERE id = :id
"""

# Every version of a video's row has its entries in the search indexes. To gather them first and
# sort them in later, when `refresh_statistics` cleans up, is three times as fast.
_GATHER_MORE = "SELECT set_config('gin_pending_list_limit', '64MB', true)"

# The foreign key of `video` carries the new name on to the channel's videos.
_RENAME = """
UPDATE channel SET name = cast(:new AS text), provisional = false,
    former_names = array_remove(former_names, cast(:new AS text)) || cast(:old AS text)
WHERE id = :id
"""

# A name leads to one channel only: the one that had it last.
_FORGET_NAMES = """
UPDATE channel SET former_names =
    array_remove(array_remove(former_names, cast(:old AS text)), cast(:new AS text))
WHERE id <> :id AND former_names && ARRAY[cast(:old AS text), cast(:new AS text)]
"""

# SQL for `former`, the names that lead to a channel of another name, and for the staged row `r`
# using one of them. Where the report gives an id, it must be that channel's; a name that a channel
# has at present always means that one.
FORMER_NAMES = """(
    SELECT former.name, c.name AS present, c.channel_id
    FROM channel c, unnest(c.former_names) AS former (name)
    WHERE NOT EXISTS (SELECT FROM channel taken WHERE taken.name = former.name)) AS former"""
USES_FORMER_NAME = """r.channel_display_name = former.name
    AND coalesce(r.channel_id = former.channel_id, true)"""


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
