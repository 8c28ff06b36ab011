"""Whether a record over several lines is one record, or the work of a quote that was never closed.

Python's csv is lenient: it lets a field go on behind its closing quote. That is right for a title
like `"Live" at home`, but a quote that was opened by mistake ends at the next one in the same way,
with the rows between them swallowed.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

_FIELD = (
    r'(?:"(?P<quoted>(?:[^"]|"")*+)"(?P<rest>[^{mark}\r\n]*)|(?!")[^{mark}\r\n]*)'
    r"(?P<mark>{mark}|[\r\n]|$)"
)


class Quoting:
    """Looks at the quotes of records whose fields are divided by `delimiter`."""

    def __init__(self, delimiter: str):
        self._delimiter = delimiter
        self._field = re.compile(_FIELD.replace("{mark}", re.escape(delimiter)))

    def is_sound(self, lines: Sequence[str]) -> bool:
        """Whether each quote that joins lines of this record ends where its field ends."""
        text, place = "".join(lines), 0
        while (field := self._field.match(text, place)) and field["mark"] == self._delimiter:
            if _runs_on(field):
                return False
            place = field.end()
        return field is not None and not _runs_on(field)


def _runs_on(field: re.Match[str]) -> bool:
    """Whether a field that is quoted over several lines goes on behind its quote."""
    quoted = field["quoted"] or ""
    return bool(field["rest"]) and ("\n" in quoted or "\r" in quoted)
