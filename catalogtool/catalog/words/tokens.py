"""What a video is looked up by: the words of its title, and the names of its artists and label.

A name is a token as a whole. Of a title the words are, and where there are no spaces, letters and
their pairs.

Punctuation and spaces of ASCII separate; all other characters form runs. A run's wide letters (of
Chinese, Japanese and Korean) are tokens one by one, and so is each pair of neighbours of which one
is wide; what is between wide letters is a word. A joint tells which words follow each other: the
last two letters of one, what separates them, and the first letter of the next. Every token is a
part of its text.
"""

from __future__ import annotations

import re
from enum import IntEnum
from itertools import pairwise

# Videos are indexed in parts of so many neighbouring ids, so that two bytes tell one of a part.
PART_BITS = 16
PART_SIZE = 1 << PART_BITS
# No longer text is looked for; a name is cut into parts of so many letters, because four bytes for
# each of them are what an entry of a B-tree has room for.
LONGEST_ASKED, LONGEST_NAME = 500, 640
# Letters of a joint before the separators and behind; and so many separators at most.
BEFORE, BEHIND, BETWEEN = 2, 1, 3


class Field(IntEnum):
    """What a token is of; the numbers are those of `text_token.field`, and stand in its indexes."""

    WORD = 0
    JOINT = 1
    # Those from here on are names.
    ARTIST = 2
    LABEL = 3


# First and last character of each range.
SEPARATORS = (("\0", "/"), (":", "@"), ("[", "`"), ("{", "\x7f"))
WIDE_LETTERS = (
    ("\u2e80", "\u9fff"),
    ("\ua960", "\ua97f"),
    ("\uac00", "\ud7ff"),
    ("\uf900", "\ufaff"),
    ("\ufe30", "\ufe4f"),
    ("\uff66", "\uffdc"),
    ("\U00020000", "\U0003ffff"),
)


def _class(ranges: tuple[tuple[str, str], ...]) -> str:
    return "".join(f"{re.escape(first)}-{re.escape(last)}" for first, last in ranges)


_SEPARATOR = re.compile(f"[{_class(SEPARATORS)}]")
_WIDE = re.compile(f"[{_class(WIDE_LETTERS)}]")
_RUN = re.compile(f"[^{_class(SEPARATORS)}]+")
_WORD = re.compile(f"[^{_class((*SEPARATORS, *WIDE_LETTERS))}]+")


def is_separator(letter: str) -> bool:
    """Whether no token has this character in it."""
    return _SEPARATOR.match(letter) is not None


def is_wide(letter: str) -> bool:
    """Whether this character is a token of its own."""
    return _WIDE.match(letter) is not None


def has_trigram(text: str) -> bool:
    """Whether three letters or digits stand in a row, so that an index by trigrams knows them."""
    return any(text[place : place + 3].isalnum() for place in range(len(text) - 2))


def is_joint(token: str) -> bool:
    """Whether this token is of two words."""
    return _SEPARATOR.search(token) is not None


def tokens_of(lowered_title: str) -> set[str]:
    """The tokens of a title in small letters (as PostgreSQL makes them)."""
    found = set(_WORD.findall(lowered_title))
    found.update(_WIDE.findall(lowered_title))
    runs = list(_RUN.finditer(lowered_title))
    for run in runs:
        found.update(a + b for a, b in pairwise(run[0]) if is_wide(a) or is_wide(b))
    for one, next_one in pairwise(runs):
        joint = joint_of(lowered_title, one.span(), next_one.span())
        if joint is not None:
            found.add(joint)
    return found


def joint_of(text: str, one: tuple[int, int], next_one: tuple[int, int]) -> str | None:
    """The joint of two neighbouring runs; wide letters, and runs that are far apart, have none."""
    begin, end = max(one[0], one[1] - BEFORE), next_one[0] + BEHIND
    joint = text[begin:end]
    if next_one[0] - one[1] > BETWEEN or any(map(is_wide, joint)):
        return None
    return joint


def tokens_of_name(lowered_name: str) -> list[str]:
    """The name; of a very long one parts that overlap, so that any text in it is in one of them.

    An empty name has none: nobody looks for it.
    """
    step = LONGEST_NAME - LONGEST_ASKED + 1
    starts = range(0, max(0, len(lowered_name) - LONGEST_NAME) + step, step)
    return [lowered_name[at : at + LONGEST_NAME] for at in starts] if lowered_name else []
