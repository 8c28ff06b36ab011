"""Texts in patterns of LIKE, in which `%`, `_` and the backslash stand for themselves."""

from __future__ import annotations


def escaped(text: str) -> str:
    """This text and nothing else."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def like(text: str) -> str:
    """This text anywhere."""
    return f"%{escaped(text)}%"
