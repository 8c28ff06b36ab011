"""The parts of `benchmarks/export_vs_copy.py`: `download` (ours), `by_hand` (PostgreSQL alone)."""
