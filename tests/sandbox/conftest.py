"""A running sandbox, and somebody with a token who asks it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import requests

from tests.sandbox.running import Sandbox, running_sandbox


class Asker:
    """Asks with a token; every answer is a `requests.Response`, be it good or bad."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._url = sandbox.url
        self.session = requests.Session()
        self.session.headers["Authorization"] = f"Bearer {self.token()}"

    def token(self, refresh_token: str = "good", client_id: str = "somebody") -> str:
        form = {
            "grant_type": "refresh_token",
            "refresh_token": refresh_token,
            "client_id": client_id,
            "client_secret": "hidden",
        }
        return str(requests.post(f"{self._url}/token", form, timeout=5).json().get("access_token"))

    def get(self, path: str, **query: Any) -> requests.Response:
        return self.ask("GET", path, query=query)

    def ask(
        self, method: str, path: str, body: Any = None, query: dict[str, Any] | None = None
    ) -> requests.Response:
        url = path if path.startswith("http") else f"{self._url}{path}"
        return self.session.request(method, url, params=query or {}, json=body, timeout=5)

    def videos(self, *ids: str, part: str = "snippet,status,contentDetails") -> requests.Response:
        return self.get("/youtube/v3/videos", id=",".join(ids), part=part)

    def update(self, part: str, **body: object) -> requests.Response:
        return self.ask("PUT", "/youtube/v3/videos", body, {"part": part})

    def assets(self, *ids: str, **query: object) -> requests.Response:
        wanted = {"fetchMetadata": "mine,effective", **query}
        return self.get("/youtube/partner/v1/assets", id=",".join(ids), **wanted)


def reason(answer: requests.Response) -> tuple[int, str, str]:
    """Status, reason and domain of one of Google's error answers."""
    error = answer.json()["error"]
    assert error["code"] == answer.status_code
    return answer.status_code, error["errors"][0]["reason"], error["errors"][0]["domain"]


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with running_sandbox() as running:
        yield running


@pytest.fixture
def asker(sandbox: Sandbox) -> Iterator[Asker]:
    asking = Asker(sandbox)
    with asking.session:
        yield asking
