"""A real S3 server over HTTP, and a bad line to it."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator
from functools import cache
from itertools import count
from typing import Any

import boto3
from moto.moto_server.threaded_moto_server import ThreadedMotoServer

from catalogtool.core.settings import Settings

_bucket_numbers = count(1)


@cache
def s3_address() -> tuple[str, int]:
    """Host and port of the one S3 server of this test run, started when first asked for."""
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    return server.get_host_and_port()


def s3_settings(port: int | None = None) -> Settings:
    """Settings for the S3 server, or for a proxy to it on another port."""
    host, own_port = s3_address()
    values: dict[str, Any] = {
        "aws_access_key_id": "key",
        "aws_secret_access_key": "hidden",
        "aws_region": "us-east-1",
        "aws_endpoint_url": f"http://{host}:{port or own_port}",
    }
    return Settings(_env_file=None, **values)


def s3_client() -> Any:
    """A plain client, to prepare what the code under test shall find."""
    settings = s3_settings()
    return boto3.client(
        "s3",
        region_name="us-east-1",
        endpoint_url=settings.aws_endpoint_url,
        aws_access_key_id="key",
        aws_secret_access_key="hidden",
    )


def new_bucket() -> str:
    """The name of a new, empty bucket."""
    name = f"bucket-{next(_bucket_numbers)}"
    s3_client().create_bucket(Bucket=name)
    return name


class CuttingProxy:
    """Passes connections on to the S3 server and cuts each after so many bytes of answer.

    cut_after: bytes per connection, or None for a good line. most_cuts: after so many the line is
    good, or None for never. cuts: how often it cut.
    """

    def __init__(self, cut_after: int | None, most_cuts: int | None = None) -> None:
        self.cut_after = cut_after
        self.most_cuts = most_cuts
        self.cuts = 0
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        # Shutting down wakes the thread that waits in accept(); closing alone would not.
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                server = socket.create_connection(s3_address())
                for task in (self._send_requests, self._send_answers):
                    threading.Thread(target=task, args=(client, server), daemon=True).start()

    def _send_requests(self, client: socket.socket, server: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := client.recv(65536):
                server.sendall(data)
            server.shutdown(socket.SHUT_WR)

    def _send_answers(self, client: socket.socket, server: socket.socket) -> None:
        left = None if self.cuts == self.most_cuts else self.cut_after
        with contextlib.suppress(OSError), client, server:
            while data := server.recv(65536 if left is None else min(65536, left)):
                client.sendall(data)
                if left is not None:
                    left -= len(data)
                    if left == 0:
                        self.cuts += 1
                        client.shutdown(socket.SHUT_RDWR)
                        return


@contextlib.contextmanager
def cutting_proxy(cut_after: int | None, most_cuts: int | None = None) -> Iterator[CuttingProxy]:
    """A CuttingProxy for the length of a test."""
    proxy = CuttingProxy(cut_after, most_cuts)
    try:
        yield proxy
    finally:
        proxy.close()
