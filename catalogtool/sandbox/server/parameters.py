"""What several of the APIs demand of a request in the same words."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import blake2b

from catalogtool.sandbox.server.messages import Request
from catalogtool.sandbox.server.refusals import Refusal, invalid, missing

MOST_IDS = 50


def ids_of(request: Request, name: str = "id") -> list[str]:
    """The ids asked for; at most fifty."""
    ids = request.texts(name)
    if len(ids) > MOST_IDS:
        raise invalid(f"Invalid value: at most {MOST_IDS} values may be given.", name)
    return ids


def needed_ids(request: Request, name: str = "id") -> list[str]:
    ids = ids_of(request, name)
    if not ids:
        raise missing(name)
    return ids


def parts_of(request: Request, known: Iterable[str]) -> list[str]:
    """The parts asked for, `part` being compulsory."""
    parts = request.texts("part")
    if not parts:
        raise missing("part")
    if unknown := set(parts) - set(known):
        raise invalid(f"'{min(unknown)}'", "part", "unknownPart")
    return parts


def page_size(request: Request, default: int, most: int, name: str = "maxResults") -> int:
    text = request.text(name)
    if text is None:
        return default
    if not text.isdecimal() or not 0 <= int(text) <= most:
        raise invalid(f"Invalid value '{text}'. Values must be within the range: [0, {most}]", name)
    return int(text) or default


def page_start(request: Request, *scope: object) -> int:
    """Where the page asked for begins; a token is good for the same question only."""
    token = request.text("pageToken")
    if token is None:
        return 0
    start, _, check = token.partition(".")
    if not start.isdecimal() or check != _check(int(start), scope):
        raise invalid("The request specifies an invalid page token.", "pageToken", _BAD_TOKEN)
    return int(start)


def page_token(start: int, total: int, *scope: object) -> str:
    """The token of the page that begins there; empty when there is none."""
    return f"{start}.{_check(start, scope)}" if start < total else ""


def unknown_filter() -> Refusal:
    return Refusal(
        400, "missingRequiredParameter", "No filter selected. Expected one of: id",
        "youtube.parameter", "INVALID_ARGUMENT", "parameters.",
    )  # fmt: skip


_BAD_TOKEN = "invalidPageToken"  # noqa: S105 - a reason, not a secret


def _check(start: int, scope: tuple[object, ...]) -> str:
    return blake2b(repr((start, scope)).encode(), digest_size=6).hexdigest()
