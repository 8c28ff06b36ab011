"""The catalogue: videos, their claims and assets, what changed, and how to find them."""
