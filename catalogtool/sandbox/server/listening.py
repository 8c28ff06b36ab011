"""The sandbox as a server: listens, serves every connection, and stops at once when told to."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from urllib.parse import quote

from catalogtool.sandbox.server.choices import Choices
from catalogtool.sandbox.server.connection import Connection
from catalogtool.sandbox.server.door import Door
from catalogtool.sandbox.server.state import State

WAITING = 512


async def serve(choices: Choices, stop: asyncio.Event, ready: Callable[[str], None]) -> None:
    """Serve until `stop`; `ready` is called with the base URL as soon as requests may come.

    OSError if the address cannot be used.
    """
    state = State(choices)
    open_connections: set[asyncio.Task[None]] = set()
    doors: list[Door] = []

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        open_connections.add(task)
        try:
            await Connection(doors[0], reader, writer).serve()
        except asyncio.CancelledError:
            writer.transport.abort()
        finally:
            open_connections.discard(task)

    server = await asyncio.start_server(
        connected, choices.host, choices.port, backlog=WAITING, start_serving=False
    )
    try:
        address = _address(*server.sockets[0].getsockname()[:2])
        doors.append(Door(state, address))
        await server.start_serving()
        ready(address)
        await stop.wait()
    finally:
        server.close()
        for task in list(open_connections):
            task.cancel()
        with suppress(asyncio.CancelledError):
            await asyncio.gather(*open_connections, return_exceptions=True)
        state.world.store.close()


def _address(host: str, port: int) -> str:
    shown = f"[{quote(host)}]" if ":" in host else host
    return f"http://{shown}:{port}"
