"""YouTube channels: the group that a video belongs to, by its display name."""
