"""A real S3 server in a process of its own, and a line to it that is cut at random."""

from __future__ import annotations

import contextlib
import logging
import multiprocessing
import random
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path

import boto3
from moto.moto_server.threaded_moto_server import ThreadedMotoServer

BUCKET = "torture"
LOCATION = f"s3://{BUCKET}/reports"
ACCESS = {"aws_access_key_id": "key", "aws_secret_access_key": "hidden", "aws_region": "us-east-1"}
MEGABYTE = 1024 * 1024
# More than the head of an answer.
HEAD = 4096
Address = tuple[str, int]


def _serve(ready: Connection) -> None:
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    ready.send(server.get_host_and_port())
    ready.recv()


@contextmanager
def s3_server(files: list[Path]) -> Iterator[Address]:
    """A server that has these files in the bucket, below `reports/`."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(theirs,), daemon=True)
    process.start()
    host, port = ours.recv()
    client = boto3.client(
        "s3",
        region_name=ACCESS["aws_region"],
        endpoint_url=f"http://{host}:{port}",
        aws_access_key_id=ACCESS["aws_access_key_id"],
        aws_secret_access_key=ACCESS["aws_secret_access_key"],
    )
    client.create_bucket(Bucket=BUCKET)
    for path in files:
        client.put_object(Bucket=BUCKET, Key=f"reports/{path.name}", Body=path.read_bytes())
    try:
        yield host, port
    finally:
        ours.send("stop")
        process.join(10)


class BadLine:
    """Passes connections on; one of four is cut before its answer, the others after a megabyte."""

    def __init__(self, target: Address, seed: str) -> None:
        self._target = target
        self._chance = random.Random(seed)
        self.cuts = 0
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                server = socket.create_connection(self._target)
                early = self._chance.random() < 0.25
                left = 0 if early else HEAD + int(self._chance.expovariate(1 / MEGABYTE))
                threading.Thread(target=self._up, args=(client, server), daemon=True).start()
                threading.Thread(
                    target=self._down, args=(client, server, left), daemon=True
                ).start()

    def _up(self, client: socket.socket, server: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := client.recv(65536):
                server.sendall(data)
            server.shutdown(socket.SHUT_WR)

    def _down(self, client: socket.socket, server: socket.socket, left: int) -> None:
        with contextlib.suppress(OSError), client, server:
            while left > 0 and (data := server.recv(min(65536, left))):
                client.sendall(data)
                left -= len(data)
            if left <= 0:
                self.cuts += 1
            client.shutdown(socket.SHUT_RDWR)
            server.shutdown(socket.SHUT_RDWR)
