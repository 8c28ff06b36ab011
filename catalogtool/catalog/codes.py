"""The form of the codes of a recording and of a release, whoever tells them."""

from __future__ import annotations

import re

_BLANKS = re.compile(r"[\s-]")
_ISRC = re.compile(r"[A-Z]{2}[A-Z0-9]{3}[0-9]{7}")
_UPC = re.compile(r"[0-9]{8,14}")


def isrc(text: str) -> str | None:
    """Twelve characters without dashes; a code of another form is unknown, never cut."""
    value = _BLANKS.sub("", text).upper()
    return value if _ISRC.fullmatch(value) else None


def upc(text: str) -> str | None:
    """8 to 14 digits without dashes; a code of another form is unknown, never cut."""
    value = _BLANKS.sub("", text)
    return value if _UPC.fullmatch(value) else None
