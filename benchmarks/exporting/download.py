"""Our side: the export over HTTP, from a gunicorn of its own, read as fast as it comes."""

from __future__ import annotations

import http.client
import os
import re
import time
from dataclasses import dataclass
from pathlib import Path

from searching.server import HOST, Site

BLOCK = 1024 * 1024
PEAK = re.compile(r"^VmHWM:\s+(\d+) kB", re.MULTILINE)
# Written to `clear_refs`, it makes Linux forget the peak so far.
FORGET_PEAK = "5"


@dataclass(frozen=True)
class Download:
    """Seconds to the first byte of the file and to its last, its bytes, and megabytes that the
    web process needed more at its peak than before."""

    first: float
    seconds: float
    size: int
    grown: float

    @property
    def share_of_first(self) -> float:
        return self.first / self.seconds


def download(site: Site, query: str) -> Download:
    """One export from beginning to end; RuntimeError if it is refused or breaks off."""
    processes = _web_processes(site.port)
    before = {process: _forget_peak(process) for process in processes}
    connection = http.client.HTTPConnection(HOST, site.port, timeout=600)
    began = time.perf_counter()
    connection.request("GET", f"/api/export?{query}", headers={"Cookie": site.cookie})
    response = connection.getresponse()
    if response.status != 200:
        raise RuntimeError(f"the export was refused: {response.read(500)!r}")
    size = len(response.read(1))
    first = time.perf_counter() - began
    while block := response.read(BLOCK):
        size += len(block)
    seconds = time.perf_counter() - began
    connection.close()
    grown = max(_peak(process) - peak for process, peak in before.items())
    return Download(first, seconds, size, grown)


def _web_processes(port: int) -> list[Path]:
    """The server and its workers: all that were started with this port."""
    mark = f"PORT={port}".encode()
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if mark in (process / "environ").read_bytes().split(b"\0"):
                found.append(process)
        except OSError:
            continue
    return [process for process in found if int(process.name) != os.getpid()]


def _forget_peak(process: Path) -> float:
    (process / "clear_refs").write_text(FORGET_PEAK)
    return _peak(process)


def _peak(process: Path) -> float:
    """The largest resident size since it was last forgotten, in megabytes."""
    found = PEAK.search((process / "status").read_text())
    assert found is not None
    return int(found[1]) / 1024
