"""What every store can do, and which keys any of them accepts."""

from __future__ import annotations

import unicodedata
from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO, Protocol

from catalogtool.core.errors import ConcurrencyError, NotFoundError, ValidationError

MAX_KEY_BYTES = 1024
# Control characters, lone surrogates, and the two separators that break a line.
_FORBIDDEN_CATEGORIES = frozenset({"Cc", "Cs", "Zl", "Zp"})


@dataclass(frozen=True, slots=True)
class StoredFile:
    """One file as the store sees it.

    key: full key, prefix included, parts joined by `/`.
    size: bytes. last_modified: aware, UTC. version: changes whenever the content does
    (the ETag on S3, modification time and size in a folder).
    """

    key: str
    size: int
    last_modified: datetime
    version: str

    @property
    def name(self) -> str:
        """The last part of the key."""
        return self.key.rpartition("/")[2]


class ByteSource(Protocol):
    """Anything that can be read to its end; it may give less than it was asked for."""

    def read(self, size: int, /) -> bytes: ...


class Store(ABC):
    """A flat set of files under one prefix.

    A key that could lead outside raises ValidationError, an unknown one NotFoundError, a store
    that cannot do its work S3ProcessingError. location names the store; prefix is empty or ends
    in `/`, and every key begins with it.
    """

    def __init__(self, location: str, prefix: str) -> None:
        self.location = location
        self.prefix = prefix

    @abstractmethod
    def list(self, suffixes: tuple[str, ...] = ()) -> Iterator[StoredFile]:
        """All files whose key ends in one of the suffixes (any case; none given: all files).

        Read from the store page by page, in no promised order. Files whose keys would not be
        accepted are left out, so that whatever is listed can be opened.
        """

    @abstractmethod
    def stat(self, key: str) -> StoredFile:
        """What is known of one file without reading it."""

    @abstractmethod
    def open(self, key: str) -> BinaryIO:
        """The content as a forward-only stream in constant memory; the caller closes it."""

    @abstractmethod
    def put(self, key: str, stream: ByteSource, *, overwrite: bool = True) -> StoredFile:
        """Store the rest of the stream in constant memory: all of it or, on any error, nothing.

        With overwrite=False an existing file stays, also when two writers meet: ConcurrencyError.
        The stream is not closed; what it raises comes out unchanged.
        """

    @abstractmethod
    def delete(self, key: str) -> None:
        """Remove the file; one that is already gone is no error."""

    def check_key(self, key: str) -> str:
        """The same key, or ValidationError whose details hold the key and the rule it breaks."""
        if rule := broken_rule(key, self.prefix):
            shown = key[:200].encode("utf-8", "backslashreplace").decode()
            raise ValidationError(f"The key {shown!r} {rule}.", {"key": shown, "rule": rule})
        return key


def broken_rule(key: str, prefix: str) -> str | None:
    """The reason why this is no key below the prefix, or None if it is one."""
    if any(unicodedata.category(character) in _FORBIDDEN_CATEGORIES for character in key):
        return "holds control characters"
    if len(key.encode()) > MAX_KEY_BYTES:
        return f"is longer than {MAX_KEY_BYTES} bytes"
    if any(part in ("", ".", "..") for part in key.split("/")):
        return "is no plain relative path"
    if not key.startswith(prefix):
        return f"is not under {prefix!r}"
    return None


def missing(key: str) -> NotFoundError:
    """The error for a key that is well formed and names nothing."""
    return NotFoundError(f"There is no file {key!r} in the store.", {"key": key})


def taken(key: str) -> ConcurrencyError:
    """The error for a key that must be new and is not."""
    return ConcurrencyError(f"There is already a file {key!r} in the store.", {"key": key})
