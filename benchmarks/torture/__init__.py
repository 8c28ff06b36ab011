"""The parts of `benchmarks/import_torture.py`.

The order to read in: `scene` (the server, the files, the catalogue before) · `workers` (processes
that may be killed) · `digests` (what must be equal afterwards) · `stage` (one import from its
queueing to its end) · `rounds` (kills and crashes) · `cancelling` · `lines` (a bad line to the
store) · `progress` (what browsers hear) · `table`.
"""
