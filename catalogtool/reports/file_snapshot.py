"""What lay in the report store at one moment, kept small: about 250 bytes for each file."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from operator import neg
from typing import Self
from unicodedata import normalize

from catalogtool.core.storage import StoredFile

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Parallel columns, newest file first, equal times by key; never changed once made."""

    keys: tuple[str, ...]
    versions: tuple[str, ...]
    sizes: array[int]
    times: array[int]  # microseconds since 1970

    @classmethod
    def of(cls, files: Iterable[StoredFile]) -> Self:
        """Take the files one by one, so that they are never all in memory in their large form."""
        keys, versions, sizes, times = [], [], array("q"), array("q")
        for file in files:
            keys.append(file.key)
            versions.append(file.version)
            sizes.append(file.size)
            times.append(_microseconds(file))
        order = sorted(range(len(keys)), key=keys.__getitem__)
        order.sort(key=times.__getitem__, reverse=True)
        return cls(
            tuple(keys[row] for row in order),
            tuple(versions[row] for row in order),
            array("q", (sizes[row] for row in order)),
            array("q", (times[row] for row in order)),
        )

    def with_file(self, file: StoredFile) -> Self:
        """The same with one file more, unless its key is there already."""
        if file.key in self.keys:
            return self
        time = _microseconds(file)
        at = bisect_left(self.times, -time, key=neg)
        return type(self)(
            (*self.keys[:at], file.key, *self.keys[at:]),
            (*self.versions[:at], file.version, *self.versions[at:]),
            self.sizes[:at] + array("q", [file.size]) + self.sizes[at:],
            self.times[:at] + array("q", [time]) + self.times[at:],
        )

    def page(self, search: str, first: int, count: int) -> tuple[list[StoredFile], int]:
        """Files first … first + count of those whose name holds the text, and how many do."""
        rows = self._matching(search) if search else range(len(self.keys))
        return [self._file(row) for row in rows[first : first + count]], len(rows)

    def _matching(self, search: str) -> list[int]:
        needle = _folded(search)
        return [
            row for row, key in enumerate(self.keys) if needle in _folded(key[key.rfind("/") + 1 :])
        ]

    def _file(self, row: int) -> StoredFile:
        modified = _EPOCH + self.times[row] * _MICROSECOND
        return StoredFile(self.keys[row], self.sizes[row], modified, self.versions[row])


def _microseconds(file: StoredFile) -> int:
    return (file.last_modified - _EPOCH) // _MICROSECOND


def _folded(text: str) -> str:
    """Alike for all spellings of one name: capitals, and accents as one character or as two."""
    return normalize("NFC", text).casefold()
