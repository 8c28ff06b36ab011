"""How the report store behaves when it is large: many objects, and one very long one.

`python benchmarks/storage.py --objects 100000 --megabytes 2048` starts a local S3 server in a
process of its own, fills it, and prints times and the growth of this process's peak memory.
"""

from __future__ import annotations

import argparse
import io
import logging
import multiprocessing
import resource
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from multiprocessing.connection import Connection

from moto.moto_server.threaded_moto_server import ThreadedMotoServer
from moto.s3.models import FakeKey, s3_backends

from catalogtool.core.settings import Settings
from catalogtool.core.storage import Store, open_store
from catalogtool.reports import files
from catalogtool.reports.file_index import index_of

BUCKET = "benchmark"
MEGABYTE = 1024 * 1024
# ru_maxrss is in kilobytes on Linux and in bytes on macOS.
RSS_UNIT = 1 if sys.platform == "darwin" else 1024


class Zeros:
    """A stream of so many zero bytes that never exist at once."""

    def __init__(self, size: int) -> None:
        self._left = size
        self._block = bytes(MEGABYTE)

    def read(self, size: int, /) -> bytes:
        data = self._block[: min(size, self._left)]
        self._left -= len(data)
        return data


def serve(objects: int, ready: Connection) -> None:
    """Run the S3 server with so many small reports, put into its memory directly."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    backend = s3_backends["123456789012"]["aws"]
    bucket = backend.create_bucket(BUCKET, "us-east-1")
    now = None
    for number in range(objects):
        name = f"reports/content_owner_video_metadata_{number:06}_v1-3.csv"
        key = FakeKey(
            name, b"x", "123456789012", "us-east-1", etag=f"{number:032x}", bucket_name=BUCKET
        )
        now = now or key.last_modified
        key.last_modified = now - timedelta(seconds=number * 7919 % max(objects, 1))
        bucket.keys[name] = key
    ready.send(server.get_host_and_port())
    ready.recv()


@contextmanager
def s3_server(objects: int) -> Iterator[Store]:
    """The report store of a server that lives as long as the block."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=serve, args=(objects, theirs), daemon=True)
    process.start()
    host, port = ours.recv()
    settings = Settings.model_construct(
        aws_access_key_id="key",
        aws_secret_access_key="secret",
        aws_region="us-east-1",
        aws_endpoint_url=f"http://{host}:{port}",
    )
    try:
        yield open_store(f"s3://{BUCKET}/reports", settings)
    finally:
        ours.send("stop")
        process.join(10)


@contextmanager
def measured(what: str) -> Iterator[None]:
    """Print how long the block took and by how much it raised this process's peak memory."""
    peak, began = peak_megabytes(), time.perf_counter()
    yield
    took, growth = time.perf_counter() - began, peak_megabytes() - peak
    print(f"{what:<58} {took * 1000:>10,.1f} ms   peak memory +{growth:,.0f} MB", flush=True)


def peak_megabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * RSS_UNIT / MEGABYTE


def long_file(store: Store, megabytes: int) -> None:
    """Up and down again, never whole in memory."""
    key = f"{store.prefix}long.csv"
    with measured(f"upload of {megabytes:,} MB"):
        store.put(key, Zeros(megabytes * MEGABYTE))
    received = 0
    with measured(f"download of {megabytes:,} MB"), store.open(key) as stream:
        while chunk := stream.read(MEGABYTE):
            received += len(chunk)
    assert received == megabytes * MEGABYTE, received
    store.delete(key)


def many_files(store: Store, objects: int) -> None:
    """The first page pays for the listing; every other one reads the index."""
    with measured(f"first page of {objects:,} files (lists the bucket)"):
        page, total = files.list_report_files(store)
    assert total == objects, total
    with measured("first page again"):
        assert files.list_report_files(store)[0] == page
    with measured("last page of 25"):
        files.list_report_files(store, page=-(-objects // 25))
    for search in ("METADATA", "0042", "nothing like this"):
        with measured(f"search for {search!r}"):
            _, found = files.list_report_files(store, search=search)
        print(f"  found {found:,}")
    with measured("upload of a small file, listed at once"):
        file = files.store_upload(store, "mine.csv", io.BytesIO(b"x"), MEGABYTE)
        assert files.list_report_files(store)[0][0] == file
    index = index_of(store)
    index._read_at = 0.0
    with measured("first page while the index is renewed in the background"):
        files.list_report_files(store)
    with measured("that renewal"), index._listing:
        pass


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--objects", type=int, default=10_000)
    parser.add_argument("--megabytes", type=int, default=256)
    options = parser.parse_args()
    with s3_server(options.objects) as store:
        store.put(f"{store.prefix}warm-up.csv", Zeros(1000))
        store.delete(f"{store.prefix}warm-up.csv")
        long_file(store, options.megabytes)
        many_files(store, options.objects)


if __name__ == "__main__":
    main()
