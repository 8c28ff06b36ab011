"""Report files in the report store: finding them, checking a chosen one, taking in a new one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from catalogtool.core.errors import (
    ConcurrencyError,
    NotFoundError,
    PayloadTooLargeError,
    ValidationError,
)
from catalogtool.core.storage import Store, StoredFile
from catalogtool.reports.file_index import index_of
from catalogtool.reports.file_names import REPORT_SUFFIXES, free_names, is_report_name, safe_name

UPLOAD_ATTEMPTS = 5


def list_report_files(
    store: Store, page: int = 1, page_size: int = 25, search: str = ""
) -> tuple[list[StoredFile], int]:
    """One page (from 1) of the .csv and .csv.gz files, newest first, and how many there are.

    search: literal text anywhere in the file name (not in the prefix), in any case. May be a few
    seconds old (see file_index), but shows this process's own uploads at once.
    """
    return index_of(store).snapshot().page(search, (page - 1) * page_size, page_size)


def check_report_key(store: Store, key: str) -> StoredFile:
    """The file that a user chose by its key; ValidationError with the key and the broken rule."""
    store.check_key(key)
    if not is_report_name(key):
        raise _refused(key, f"does not end in {' or '.join(REPORT_SUFFIXES)}")
    try:
        return store.stat(key)
    except NotFoundError as error:
        raise _refused(key, "is not in the report store") from error


def store_upload(store: Store, filename: str, stream: BinaryIO, limit: int) -> StoredFile:
    """Stream an upload into the store under a safe name that no file has yet.

    limit: most bytes that are accepted. Raises ValidationError for a name that cannot be used and
    PayloadTooLargeError beyond the limit; then, as after any other error, nothing is stored.
    """
    stem, suffix = safe_name(filename)
    names = free_names(stem, suffix)
    start = stream.tell() if stream.seekable() else None
    for attempt in range(1, UPLOAD_ATTEMPTS + 1):
        key = _next_free_key(store, names)
        try:
            file = store.put(key, LimitedStream(stream, limit), overwrite=False)
        except ConcurrencyError:
            # Somebody else took the name during this upload: read it again under the next name.
            if start is None or attempt == UPLOAD_ATTEMPTS:
                raise
            stream.seek(start)
        else:
            index_of(store).add(file)
            return file
    raise AssertionError("the last attempt returns or raises")


class LimitedStream:
    """Passes a stream on and raises PayloadTooLargeError once it gives more than limit bytes."""

    def __init__(self, stream: BinaryIO, limit: int) -> None:
        self._stream, self._limit, self._left = stream, limit, limit

    def read(self, size: int, /) -> bytes:
        data = self._stream.read(min(size, self._left + 1))
        self._left -= len(data)
        if self._left < 0:
            raise PayloadTooLargeError(
                f"The file is larger than the {self._limit:,} bytes that are accepted.",
                {"field": "file", "rule": "max_bytes", "limit": self._limit},
            )
        return data


def _next_free_key(store: Store, names: Iterator[str]) -> str:
    for name in names:
        try:
            store.stat(store.prefix + name)
        except NotFoundError:
            return store.prefix + name
    raise AssertionError("the supply of names is endless")


def _refused(key: str, rule: str) -> ValidationError:
    return ValidationError(f"{key!r} {rule}.", {"key": key, "rule": rule})
