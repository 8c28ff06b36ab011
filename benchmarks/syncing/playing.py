"""The sandbox as a process of its own, and what it tells of itself."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

COMMAND = "from catalogtool.commands.sandbox import sandbox; sandbox()"
MOST_VIDEOS = 5000
START_SECONDS = 20.0


class Playing:
    """A sandbox at `url`."""

    def __init__(self, url: str) -> None:
        self.url = url

    def usage(self) -> dict[str, Any]:
        return dict(self.control("usage"))

    def truths(self, ids: list[str]) -> dict[str, dict[str, Any]]:
        """What is true of these videos now, by id."""
        found: dict[str, dict[str, Any]] = {}
        for start in range(0, len(ids), MOST_VIDEOS):
            answer = self.control("videos", {"ids": ids[start : start + MOST_VIDEOS]})
            found |= {video["video_id"]: video for video in answer}
        return found

    def faults(self, **settings: Any) -> None:
        """Replace all faults; none without settings."""
        self.control("faults", settings)

    def pass_days(self, days: float) -> None:
        self.control("clock", {"forward_days": days})

    def quota(self, limit: int | None) -> None:
        self.control("quota", {"limit": limit})

    def reset(self) -> None:
        """Forget what was counted, and all faults."""
        self.control("reset", {})

    def control(self, name: str, body: object = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.url}/_sandbox/{name}", data)
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)


@contextmanager
def playing(home: Path, seed: int, videos: int, *arguments: str) -> Iterator[Playing]:
    """One whose address stands in the home, where workers look for it."""
    file = home / "sandbox.url"
    options = ["--url-file", str(file), "--seed", str(seed), "--videos", str(videos)]
    command = [sys.executable, "-c", COMMAND, "--parent", str(os.getpid()), *options, *arguments]
    process = subprocess.Popen(command)
    try:
        end = time.monotonic() + START_SECONDS
        while not file.exists():
            if process.poll() is not None or time.monotonic() > end:
                raise RuntimeError("the sandbox did not start")
            time.sleep(0.02)
        yield Playing(file.read_text().strip())
    finally:
        process.terminate()
        process.wait()
