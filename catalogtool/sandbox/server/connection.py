"""One connection: reads requests, writes answers, and breaks off where the answer says so.

HTTP is h11's business. No ordinary web server would do, since none lets its application break a
connection before the first byte or in the middle of a body.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import h11
from isal import igzip, isal_zlib

from catalogtool.sandbox.server.door import Door, Reply
from catalogtool.sandbox.server.messages import Answer, Request

READ_BYTES = 65536
LARGEST_BODY = 10 * 1024 * 1024
LARGEST_HEAD = 128 * 1024
IDLE_SECONDS = 120.0
SMALLEST_COMPRESSED = 256


class Connection:
    """Serves one client until it leaves."""

    def __init__(
        self, door: Door, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self._door = door
        self._reader = reader
        self._writer = writer
        self._http = h11.Connection(h11.SERVER, max_incomplete_event_size=LARGEST_HEAD)
        self._peer = str(writer.get_extra_info("peername")[0])

    async def serve(self) -> None:
        """Answer one request after the other; connections that break are no news."""
        try:
            while request := await self._request():
                reply = await self._door.reply(request)
                if not await self._send(request, reply):
                    break
                if self._http.our_state is h11.MUST_CLOSE:
                    break
                self._http.start_next_cycle()
        except (OSError, h11.RemoteProtocolError, TimeoutError):
            pass
        finally:
            self._writer.close()

    async def _request(self) -> Request | None:
        head: h11.Request | None = None
        body = bytearray()
        while True:
            event = self._http.next_event()
            if event is h11.NEED_DATA:
                data = await asyncio.wait_for(self._reader.read(READ_BYTES), IDLE_SECONDS)
                self._http.receive_data(data)
            elif isinstance(event, h11.Request):
                head = event
            elif isinstance(event, h11.Data):
                body += event.data
                if len(body) > LARGEST_BODY:
                    return None
            elif isinstance(event, h11.EndOfMessage) and head is not None:
                return self._made(head, bytes(body))
            else:
                return None

    def _made(self, head: h11.Request, body: bytes) -> Request:
        headers = {name.decode(): value.decode("latin-1") for name, value in head.headers}
        method, target = head.method.decode(), head.target.decode("latin-1")
        return Request.of(method, target, headers, body, self._peer)

    async def _send(self, request: Request, reply: Reply) -> bool:
        """False if the connection was cut."""
        if reply.cut == "before":
            return self._abort()
        answer = reply.answer
        compressed = "gzip" in request.headers.get("accept-encoding", "")
        chunks, length = _contents(answer, compressed)
        headers = [("Content-Type", answer.content_type), ("Vary", "Accept-Encoding")]
        headers += answer.headers
        if length is None:
            headers.append(("Transfer-Encoding", "chunked"))
        else:
            headers.append(("Content-Length", str(length)))
        if compressed and (length is None or len(answer.body) >= SMALLEST_COMPRESSED):
            headers.append(("Content-Encoding", "gzip"))
        self._write(h11.Response(status_code=answer.status, headers=headers))
        for chunk in chunks:
            if reply.cut == "middle":
                self._write(h11.Data(data=chunk[: len(chunk) // 2]))
                await self._writer.drain()
                return self._abort()
            self._write(h11.Data(data=chunk))
            if length is None:
                await self._writer.drain()
                await asyncio.sleep(0)
        self._write(h11.EndOfMessage())
        await self._writer.drain()
        return True

    def _write(self, event: h11.Event) -> None:
        if data := self._http.send(event):
            self._writer.write(data)

    def _abort(self) -> bool:
        self._writer.transport.abort()
        return False


def _contents(answer: Answer, compressed: bool) -> tuple[Iterator[bytes], int | None]:
    """The body's chunks as they are sent; and its length, if that is known before."""
    if answer.chunks is not None:
        return (_squeezed(answer.chunks) if compressed else answer.chunks), None
    body = answer.body
    if compressed and len(body) >= SMALLEST_COMPRESSED:
        body = igzip.compress(body, 0)
    return iter([body]), len(body)


def _squeezed(chunks: Iterator[bytes]) -> Iterator[bytes]:
    squeezer = isal_zlib.compressobj(1, wbits=31)
    for chunk in chunks:
        if data := squeezer.compress(chunk):
            yield data
    yield squeezer.flush()
