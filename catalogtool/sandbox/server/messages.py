"""What comes in and what goes out: a request and an answer, free of sockets."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

NOTHING_LEFT_OUT: frozenset[str] = frozenset()


@dataclass
class Request:
    """One request; `query` holds every value of a parameter, `path` is decoded.

    `forgetful`: leave some of the items out of the answer, as if they did not exist.
    """

    method: str
    path: str
    query: dict[str, list[str]]
    headers: Mapping[str, str]
    body: bytes = b""
    peer: str = "127.0.0.1"
    number: int = 0
    forgetful: bool = False
    left_out: set[str] = field(default_factory=set)

    @classmethod
    def of(
        cls, method: str, target: str, headers: Mapping[str, str], body: bytes, peer: str
    ) -> Request:
        parts = urlsplit(target)
        query = parse_qs(parts.query, keep_blank_values=True)
        return cls(method, unquote(parts.path), query, headers, body, peer)

    def text(self, name: str) -> str | None:
        """The last value of a parameter; None where it is not given or empty."""
        return (self.query.get(name) or [""])[-1] or None

    def flag(self, name: str) -> bool:
        return (self.text(name) or "").lower() == "true"

    def texts(self, name: str) -> list[str]:
        """A list, given as one parameter with commas or as several; each entry once."""
        entries = ",".join(self.query.get(name, ())).split(",")
        return list(dict.fromkeys(entry.strip() for entry in entries if entry.strip()))

    def document(self) -> dict[str, Any]:
        """The body as a JSON object; ValueError for anything else."""
        found = json.loads(self.body or b"null")
        if not isinstance(found, dict):
            raise ValueError("the body is no JSON object")  # noqa: TRY004 - like broken JSON
        return found


@dataclass
class Answer:
    """One answer; `chunks` instead of `body` where it is made while it is sent."""

    status: int
    body: bytes = b""
    content_type: str = "application/json; charset=UTF-8"
    headers: list[tuple[str, str]] = field(default_factory=list)
    chunks: Iterator[bytes] | None = None
    ids: int = 0


def encoded(value: object) -> bytes:
    """JSON as Google writes it, in UTF-8; half of a surrogate pair is escaped."""
    try:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    except UnicodeEncodeError:
        return json.dumps(value, separators=(",", ":")).encode()


def found(value: object, status: int = 200, *, ids: int = 0) -> Answer:
    """An answer whose body is this value as JSON; `ids`: how many things were asked for."""
    return Answer(status, encoded(value), ids=ids)
