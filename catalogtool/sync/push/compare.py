"""Three values of one field meet: what the edit began from, what it wants, what YouTube has."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any

NOTHING = object()


@dataclass(frozen=True)
class Wish:
    """An edit that somebody asked to be sent.

    `base` is what YouTube had when it was made; `seen`, if anything, what it may have instead,
    because a person has looked at that and wants it written over.
    """

    field: str
    value: Any
    base: Any
    seen: Any = NOTHING


class Verdict(Enum):
    """What is to be done with a wish."""

    SAME = auto()  # YouTube has the value already.
    WRITE = auto()
    CONFLICT = auto()  # Somebody changed it there meanwhile.


def judge(wish: Wish, present: Iterable[Any]) -> Verdict:
    """What follows from what YouTube has at present.

    `present`: the owner's own version first, then what YouTube shows where that may be another
    owner's. The wish is fulfilled only by the first; any of them may be what it began from.
    """
    versions = list(present)
    if same(wish.field, versions[0], wish.value):
        return Verdict.SAME
    known = [wish.base] if wish.seen is NOTHING else [wish.base, wish.seen]
    meets = any(same(wish.field, one, other) for one in versions for other in known)
    return Verdict.WRITE if meets else Verdict.CONFLICT


def same(field: str, one: Any, other: Any) -> bool:
    """Whether two values of a field mean the same to YouTube."""
    return bool(_plain(field, one) == _plain(field, other))


def _plain(field: str, value: Any) -> Any:
    if isinstance(value, list | tuple):
        return [_text(entry) for entry in value] or None
    if not isinstance(value, str):
        return value
    text = _text(value)
    if field == "isrc":
        text = "".join(filter(str.isalnum, text)).upper()
    if field == "upc":
        # A UPC is an EAN that begins with zeros.
        text = text.lstrip("0")
    if field in ("category", "privacy_status"):
        text = text.casefold()
    return text or None


def _text(value: Any) -> str:
    return unicodedata.normalize("NFC", str(value)).strip()
