"""A running sandbox for tests: in a thread of this process, or as a process of its own."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from catalogtool.sandbox.identifiers import Identifiers
from catalogtool.sandbox.server.choices import Choices
from catalogtool.sandbox.server.listening import serve

COMMAND = "from catalogtool.commands.sandbox import sandbox; sandbox()"


class Sandbox:
    """A sandbox at `url`, and its control routes as methods."""

    def __init__(self, url: str, seed: int = 2026) -> None:
        self.url = url
        self.ids = Identifiers(seed)

    def video_id(self, index: int) -> str:
        """The id of a video of the catalogue, by number."""
        return self.ids.video_id(index)

    def usage(self) -> dict[str, Any]:
        """Counts: requests, units, ids, by_method, statuses, in_flight, shortest_gap …"""
        return self._object("usage")

    def requests(self) -> list[dict[str, Any]]:
        """The last 500 requests: name, path, query, status, fault."""
        return list(self.control("requests"))

    def fault(self, **settings: Any) -> None:
        """Replace all faults: `fault(unavailable=0.2, latency_ms=50)`, `fault()` for none,
        `fault(next=["unauthorized", "cut_middle"])` for just the next requests."""
        self.control("faults", settings)

    def quota(self, limit: int | None, window_seconds: float | None = None) -> None:
        """Give only so many units."""
        self.control("quota", {"limit": limit, "window_seconds": window_seconds})

    def truth(self, video_id: str) -> dict[str, Any]:
        """What is true of a video now, with its claims."""
        return self._object(f"videos/{video_id}")

    def truths(self, video_ids: list[str]) -> dict[str, dict[str, Any]]:
        """What is true of many videos now, by id; without claims."""
        found: dict[str, dict[str, Any]] = {}
        for start in range(0, len(video_ids), 5000):
            answer = self.control("videos", {"ids": video_ids[start : start + 5000]})
            found |= {video["video_id"]: video for video in answer}
        return found

    def change(self, video_id: str, **values: Any) -> dict[str, Any]:
        """Change a video as somebody else would on YouTube; also creates an unknown one."""
        return self._object(f"videos/{video_id}", values)

    def asset(self, asset_id: str, **values: Any) -> dict[str, Any]:
        """What is true of an asset; with values (metadata_mine, merged_into, …) change it."""
        return self._object(f"assets/{asset_id}", values or None)

    def claim(self, claim_id: str, **values: Any) -> dict[str, Any]:
        """What is true of a claim; with values (status, policy) change it."""
        return self._object(f"claims/{claim_id}", values or None)

    def channel(self, channel_id: str, **values: Any) -> dict[str, Any]:
        return self._object(f"channels/{channel_id}", values or None)

    def pass_days(self, days: float) -> int:
        """Let days pass at once; the day it is then."""
        return int(self.control("clock", {"forward_days": days})["day"])

    def revoke_tokens(self) -> None:
        self.control("tokens/revoke", {})

    def reset(self, *, everything: bool = False) -> None:
        """Counts, faults and quota as at the start; or also all that was written."""
        self.control("reset", {"all": everything})

    def _object(self, name: str, body: object = None) -> dict[str, Any]:
        return dict(self.control(name, body))

    def control(self, name: str, body: object = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.url}/_sandbox/{name}", data)
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)


@contextmanager
def running_sandbox(**choices: Any) -> Iterator[Sandbox]:
    """One in a thread; `choices` are those of `Choices`. Takes some 10 ms."""
    chosen = Choices(**choices)
    loop = asyncio.new_event_loop()
    stop, ready, addresses = asyncio.Event(), threading.Event(), list[str]()

    def run() -> None:
        def note(address: str) -> None:
            addresses.append(address)
            ready.set()

        try:
            loop.run_until_complete(serve(chosen, stop, note))
        finally:
            loop.close()
            ready.set()

    thread = threading.Thread(target=run, name="sandbox", daemon=True)
    thread.start()
    ready.wait(10)
    try:
        yield Sandbox(addresses[0], chosen.seed)
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(10)


@contextmanager
def sandbox_process(home: Path, *arguments: str, seed: int = 2026) -> Iterator[Sandbox]:
    """One as a process; its address stands in the home, where the product looks for it."""
    file = home / "sandbox.url"
    command = [sys.executable, "-c", COMMAND, "--url-file", str(file), "--seed", str(seed)]
    process = subprocess.Popen([*command, "--parent", str(os.getpid()), *arguments])
    try:
        end = time.monotonic() + 20
        while not file.exists():
            assert process.poll() is None, "the sandbox ended by itself"
            assert time.monotonic() < end, "the sandbox did not start"
            time.sleep(0.01)
        yield Sandbox(file.read_text().strip(), seed)
    finally:
        process.terminate()
        process.wait(10)
