"""A body of JSON as the grammar reads it: an object with known names, or a refusal."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from catalogtool.catalog.search.parameters import check_text, refuse
from catalogtool.core.errors import NotFoundError


def read_object(given: Any, known: Iterable[str] | None = None) -> dict[str, Any]:
    """The body as an object; ValidationError if it is none, or names what nobody knows."""
    if not isinstance(given, dict):
        refuse("body", "must be a JSON object")
    if known is not None:
        names = tuple(known)
        for name in given:
            if name not in names:
                refuse(name, "is not known here", names)
    return given


def read_switch(body: dict[str, Any], name: str) -> bool:
    """An optional true or false."""
    value = body.get(name, False)
    if not isinstance(value, bool):
        refuse(name, "must be true or false")
    return value


def read_uuid(name: str, value: str) -> UUID:
    """The id of a batch, in an address; NotFoundError if it can be none."""
    try:
        return UUID(check_text(name, value))
    except ValueError:
        raise NotFoundError("No such batch of edits.") from None
