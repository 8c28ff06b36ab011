"""Watching over the system: health and metrics."""
