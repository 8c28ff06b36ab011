"""JSON as this API takes it: each name once, no number or text that nobody can store, no deep nest.

Python's own reader takes the last of doubled names, `NaN`, half characters and integers of any
length, and gives up on deep nests with an error that is no message to a caller.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from typing import Any

from catalogtool.catalog.search.parameters import refuse

BODY = "body"
MOST_LEVELS = 32
TOO_DEEP = f"must not be more than {MOST_LEVELS} levels deep"
LARGEST = 2**63 - 1
EXACT = 2**53
# Longer ones are out of range in any case, and take long to convert.
MOST_DIGITS = 30


def strict_loads(body: bytes | str) -> Any:
    """The value of a JSON text; ValidationError names the field and the rule."""
    try:
        text = body if isinstance(body, str) else body.decode()
        value = json.loads(text, **HOOKS)
    except RecursionError:
        refuse(BODY, TOO_DEEP)
    except ValueError:
        refuse(BODY, "must be valid JSON in UTF-8")
    _check({BODY: value} if not isinstance(value, dict | list) else value)
    return value


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        refuse(_first_double(name for name, _ in pairs), "may be given only once")
    return found


def _first_double(names: Iterable[str]) -> str:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            break
        seen.add(name)
    return name


def _integer(digits: str) -> int | float:
    return int(digits) if len(digits) <= MOST_DIGITS else math.inf


def _number(digits: str) -> int | float:
    """JSON has one kind of number: 7.0 is 7."""
    value = float(digits)
    return int(value) if value.is_integer() and abs(value) < EXACT else value


HOOKS: dict[str, Any] = {
    "object_pairs_hook": _each_once,
    "parse_int": _integer,
    "parse_float": _number,
}


def _check(value: dict[str, Any] | list[Any]) -> None:
    """Refuse the first name or plain value that can't be taken, by its path; no recursion."""
    waiting: list[tuple[tuple[str, ...], Any]] = [((), value)]
    while waiting:
        path, node = waiting.pop()
        for name, item in node.items() if isinstance(node, dict) else enumerate(node):
            if rule := _broken_rule(name) or _broken_rule(item):
                refuse(".".join((*path, str(name))), rule)
            if isinstance(item, dict | list):
                if len(path) == MOST_LEVELS:
                    refuse(path[0], TOO_DEEP)
                waiting.append(((*path, str(name)), item))


def _broken_rule(leaf: Any) -> str | None:
    """Why a plain value can't be taken; None if it can."""
    if isinstance(leaf, str):
        if "\0" in leaf:
            return "must not contain a NUL character"
        if not leaf.isascii() and not _is_utf8(leaf):
            return "must not contain half a character (a lone surrogate)"
    elif isinstance(leaf, float) and not math.isfinite(leaf):
        return "must be a number of ordinary size"
    elif isinstance(leaf, int) and not -LARGEST - 1 <= leaf <= LARGEST:
        return "must be an integer of at most 64 bits"
    return None


def _is_utf8(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
