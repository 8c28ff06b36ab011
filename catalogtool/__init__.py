"""Catalog Tool: a YouTube rights catalogue that a team can work in all day."""

__version__ = "0.1.0"
