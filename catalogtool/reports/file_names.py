"""Which names a report file may have, and how an uploaded file gets a safe one.

Written here because the usual sanitisers keep ASCII only and would turn a Japanese or Arabic name
into nothing.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from datetime import UTC, datetime

from catalogtool.core.errors import ValidationError

REPORT_SUFFIXES = (".csv", ".csv.gz")
# File systems allow 255 bytes; the rest is left for the number and the suffix.
MAX_STEM_BYTES = 200
# Together with the prefix and the number, a key must fit the 255 characters of a report's row.
MAX_STEM_CHARACTERS = 160
_PLAIN_PUNCTUATION = frozenset("._- ()")
_NUMBERED_NAMES = 9


def is_report_name(name: str) -> bool:
    """Whether a file of this name or key counts as a report."""
    return name.lower().endswith(REPORT_SUFFIXES)


def safe_name(filename: str) -> tuple[str, str]:
    """Stem and suffix of the file name that a browser sent, fit for any store.

    Kept are letters, marks and digits of every script and `._- ()`; folders are cut off, anything
    else becomes `_`. ValidationError if the rest is no name or does not end in .csv or .csv.gz.
    """
    last_part = unicodedata.normalize("NFC", filename).replace("\\", "/").rpartition("/")[2]
    cleaned = "".join(map(_plain, last_part)).strip()
    suffix = next((end for end in REPORT_SUFFIXES[::-1] if cleaned.lower().endswith(end)), None)
    if suffix is None:
        raise ValidationError(
            "The name of a report must end in .csv or .csv.gz.",
            {"field": "file", "rule": "suffix", "allowed": list(REPORT_SUFFIXES)},
        )
    stem = _cut(cleaned[: -len(suffix)].lstrip(". "))
    if not any(character.isalnum() for character in stem):
        raise ValidationError(
            "The file has no usable name before its suffix.", {"field": "file", "rule": "name"}
        )
    return stem, suffix


def free_names(stem: str, suffix: str) -> Iterator[str]:
    """The name, then numbered ones, then ones with the time: an endless supply to try in turn."""
    yield stem + suffix
    for number in range(2, _NUMBERED_NAMES + 1):
        yield f"{stem}-{number}{suffix}"
    while True:
        yield f"{stem}-{datetime.now(UTC):%Y%m%dT%H%M%S%f}{suffix}"


def _plain(character: str) -> str:
    category = unicodedata.category(character)
    if category[0] in "LMN" or character in _PLAIN_PUNCTUATION:
        return character
    return " " if category == "Zs" else "_"


def _cut(stem: str) -> str:
    """At most the permitted length, without half a character or a dangling dot or space."""
    short = stem[:MAX_STEM_CHARACTERS].encode()[:MAX_STEM_BYTES].decode(errors="ignore")
    return short.rstrip(". ")
