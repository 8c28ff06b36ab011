"""Changing videos by hand, and taking changes back.

Pure parts first: `values` (one value of a body to what is stored), `fields` (what can be edited),
`changes` (the grammar of an edit). Then `columns`, `plan`, `assignments` and `putting_back` (values
to SQL) and `write`, the one place that changes videos. `single`, `bulk` and `rollback` are the
services, `batches` and `machine` carry the large ones through, `audit` searches what was changed.
"""
