"""One edit: from the click of one person until the open page of another hears of it."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

import psycopg
import socketio

from searching.server import HOST, Site
from searching.sizes import USUAL, floor_of

EDITS = 30
BAR = 10.0
WAIT_SECONDS = 10
NOT_THERE = {404, 405, 501}


@dataclass(frozen=True)
class Edits:
    """Milliseconds until the answer and until the event, of each edit; the floor in between."""

    answered: Sequence[float]
    seen: Sequence[float]
    floor: float

    @property
    def ratio(self) -> float:
        return median(self.seen) / self.floor


class Page:
    """A dashboard that waits for `video_update`."""

    def __init__(self, site: Site) -> None:
        self._heard = threading.Event()
        self._wanted = ""
        self.at = 0.0
        self.socket = socketio.Client(reconnection=False)
        self.socket.on("video_update", self._hear)
        self.socket.connect(
            f"http://{HOST}:{site.port}",
            headers={"Cookie": site.cookie},
            transports=["websocket"],
            wait_timeout=10,
        )

    def expect(self, video_id: str) -> None:
        self._wanted = video_id
        self._heard.clear()

    def wait(self) -> bool:
        return self._heard.wait(WAIT_SECONDS)

    def _hear(self, payload: dict[str, Any]) -> None:
        if self._wanted in payload["video_ids"]:
            self.at = time.perf_counter()
            self._heard.set()


def run_edits(site: Site, seed: int) -> Edits | None:
    """None if the server has no route to edit a video."""
    client, page = site.client(), Page(site)
    answered, seen, floors = [], [], []
    try:
        for number, video_id in enumerate(_video_ids(site.url, seed)):
            floors += [client.get(floor_of(USUAL)).milliseconds for _ in range(3)]
            page.expect(video_id)
            began = time.perf_counter()
            note = f"Look {number} {began}"
            answer = client.post(f"/api/videos/{video_id}/update", {"notes": note})
            if answer.status in NOT_THERE and number == 0:
                return None
            if answer.status != 200 or not page.wait():
                raise RuntimeError(f"the edit failed or was not heard of: {answer.body[:300]!r}")
            answered.append(answer.milliseconds)
            seen.append((page.at - began) * 1000)
    finally:
        page.socket.disconnect()
    return Edits(answered, seen, median(floors))


def _video_ids(url: str, seed: int) -> list[str]:
    with psycopg.connect(url) as connection:
        rows = connection.execute(
            """SELECT video_id FROM video WHERE id IN (
                SELECT 1 + abs(hashint8extended(n, %s) %% (SELECT max(id) FROM video))
                FROM generate_series(1, %s) AS n)""",
            [seed, EDITS],
        ).fetchall()
    return [str(video_id) for (video_id,) in rows]
