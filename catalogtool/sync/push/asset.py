"""Edits of what belongs to an asset: read, compared, and written into the owner's own version.

YouTube shows a version that it makes of those of all owners. What it shows may therefore stay as it
is after a write that has succeeded.
"""

from __future__ import annotations

from typing import Any

from catalogtool.sync.push.answer import Asked, Told
from catalogtool.sync.push.compare import Verdict, Wish, judge, same
from catalogtool.sync.push.fields import METADATA, NEED_ARTIST, ONLY_OF
from catalogtool.sync.push.video import KEPT
from catalogtool.youtube.client import YouTube
from catalogtool.youtube.reading.scalars import cleaned, part

GONE = "YouTube does not know the video's asset, or not any more"
NO_ARTIST = "YouTube takes no music asset without an artist, and nobody knows one"
NOT_OURS = "What YouTube shows there is another owner's word, which nobody else can take back"

Metadata = dict[str, Any]


def push_asset(youtube: YouTube, asked: Asked, told: Told) -> None:
    """Send what is wanted of the asset; the errors of `youtube.errors` as they come."""
    assert asked.asset_id is not None
    wishes = list(asked.on_asset)
    resource = youtube.asset_resource(asked.asset_id)
    if resource is None:
        told.refuse(wishes, GONE)
        return
    kind = str(resource.get("type") or "").lower()
    mine, shown = (cleaned(dict(part(resource, f"metadata{one}"))) for one in ("Mine", "Effective"))
    wishes = [wish for wish in wishes if _fits(wish, kind, told)]
    to_write = [wish for wish in wishes if _is_to_write(wish, mine, shown, told)]
    if not to_write:
        return
    metadata = {**mine, **{METADATA[wish.field]: wish.value for wish in to_write}}
    if not _has_artist(metadata, kind, shown, asked):
        told.refuse(to_write, NO_ARTIST)
        return
    # Under its own id, which is another one after a merge.
    answer = youtube.update_asset(str(resource["id"]), metadata)
    written = part(answer, "metadataMine")
    for wish in to_write:
        name = METADATA[wish.field]
        if written and not same(wish.field, written.get(name), wish.value):
            told.refuse([wish], KEPT)
        else:
            told.sent[wish.field] = [_versions(wish, mine, shown)[0], wish.value]


def _fits(wish: Wish, kind: str, told: Told) -> bool:
    """Whether assets of this type have such a field; the type may be news to us."""
    types, said = ONLY_OF.get(wish.field, ((), ""))
    if kind and types and kind not in types:
        told.refuse([wish], said)
        return False
    return True


def _is_to_write(wish: Wish, mine: Metadata, shown: Metadata, told: Told) -> bool:
    versions = _versions(wish, mine, shown)
    verdict = judge(wish, versions)
    if verdict is Verdict.WRITE and wish.value is None and not mine.get(METADATA[wish.field]):
        told.refuse([wish], NOT_OURS)
        return False
    if verdict is Verdict.SAME:
        told.confirmed.append(wish.field)
    elif verdict is Verdict.CONFLICT:
        told.conflicts[wish.field] = versions[-1]
    return verdict is Verdict.WRITE


def _versions(wish: Wish, mine: Metadata, shown: Metadata) -> list[Any]:
    """The owner's own value, then the one that YouTube shows; the latter alone if there is none."""
    name = METADATA[wish.field]
    found = [version[name] for version in (mine, shown) if version.get(name) not in (None, "", [])]
    return found or [None]


def _has_artist(metadata: Metadata, kind: str, shown: Metadata, asked: Asked) -> bool:
    """Whether the artist is there that YouTube wants of music in every write; else add it."""
    if metadata.get("artist") or (kind and kind not in NEED_ARTIST):
        return True
    known = shown.get("artist") or list(asked.artist)
    if known:
        metadata["artist"] = known
    # Of an asset of an unknown type nobody can tell whether it must have one.
    return bool(known) or not kind
