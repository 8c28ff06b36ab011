"""One set of promises, kept by the folder and by S3 alike."""

from __future__ import annotations

import hashlib
import io
import os
import random
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from catalogtool.core.errors import (
    ConcurrencyError,
    FileProcessingError,
    NotFoundError,
    S3ProcessingError,
    ValidationError,
)
from catalogtool.core.settings import Settings
from catalogtool.core.storage import Store, open_store, s3, s3_client, s3_reader
from tests.storage_servers import cutting_proxy, new_bucket, s3_settings
from tests.storage_servers import s3_client as plain_s3_client

HOSTILE_KEYS = [
    "",
    "/",
    "/etc/passwd",
    "reports/../secret.csv",
    "reports/./a.csv",
    "reports//a.csv",
    "reports/",
    "reports",
    "other/a.csv",
    "reports/a\x00.csv",
    "reports/a\nb.csv",
    "reports/a\x85.csv",
    "reports/\udcff.csv",
    "reports/" + "é" * 600 + ".csv",
    "../reports/a.csv",
    "s3://bucket/reports/a.csv",
]


@pytest.fixture(params=["folder", "s3"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    if request.param == "folder":
        return open_store(str(tmp_path / "reports"), s3_settings())
    return open_store(f"s3://{new_bucket()}/reports", s3_settings())


def put(store: Store, key: str, content: bytes = b"content") -> None:
    store.put(key, io.BytesIO(content))


def leftovers(store: Store) -> list[str]:
    """Unfinished uploads that the store still keeps somewhere."""
    if isinstance(store, s3.S3Store):
        uploads = plain_s3_client().list_multipart_uploads(Bucket=store.bucket)
        return [upload["Key"] for upload in uploads.get("Uploads", [])]
    return [str(path) for path in Path(store.location).rglob(".*")]


class Trickle(io.RawIOBase):
    """A stream that gives little at a time and may break off with an error."""

    def __init__(self, content: bytes, error: Exception | None = None) -> None:
        self._inner, self._error = io.BytesIO(content), error

    def read(self, size: int = -1) -> bytes:
        data = self._inner.read(min(size, 700_001))
        if not data and self._error:
            raise self._error
        return data


def test_what_was_put_is_read_back_and_described(store: Store) -> None:
    key = "reports/2024/отчёт 日本 (1).csv"
    stored = store.put(key, io.BytesIO(b"a,b\n1,2\n"))

    assert (stored.key, stored.size, stored.name) == (key, 8, "отчёт 日本 (1).csv")
    assert stored.last_modified.tzinfo == UTC or stored.last_modified.utcoffset() == timedelta(0)
    assert abs(datetime.now(UTC) - stored.last_modified) < timedelta(seconds=30)
    with store.open(key) as stream:
        assert stream.read() == b"a,b\n1,2\n"
    assert store.stat(key) == stored
    assert [*store.list()] == [stored]


def test_the_version_changes_with_the_content(store: Store) -> None:
    before = store.put("reports/a.csv", io.BytesIO(b"one"))
    after = store.put("reports/a.csv", io.BytesIO(b"two"))
    assert before.version != after.version


@pytest.mark.parametrize("size", [0, 1, s3.PART_BYTES, 2 * s3.PART_BYTES + 5])
def test_streams_of_any_size_arrive_whole_even_from_short_reads(store: Store, size: int) -> None:
    content = random.Random(size).randbytes(size)
    stored = store.put("reports/big.csv", Trickle(content))

    assert stored.size == size
    digest = hashlib.sha256()
    with store.open("reports/big.csv") as stream:
        while chunk := stream.read(1_000_000):
            digest.update(chunk)
    assert digest.digest() == hashlib.sha256(content).digest()
    assert leftovers(store) == []


@pytest.mark.parametrize("size", [10, s3.PART_BYTES + 10])
def test_a_stream_that_breaks_leaves_the_old_file_and_no_half_one(store: Store, size: int) -> None:
    put(store, "reports/kept.csv", b"old")
    for key in ("reports/kept.csv", "reports/sub/new.csv"):
        with pytest.raises(RuntimeError, match="gone"):
            store.put(key, Trickle(bytes(size), RuntimeError("gone")))

    assert [file.key for file in store.list()] == ["reports/kept.csv"]
    with store.open("reports/kept.csv") as stream:
        assert stream.read() == b"old"
    assert leftovers(store) == []


@pytest.mark.parametrize("size", [3, s3.PART_BYTES + 3])
def test_an_existing_file_stays_when_it_must_not_be_overwritten(store: Store, size: int) -> None:
    put(store, "reports/a.csv", b"first")
    with pytest.raises(ConcurrencyError):
        store.put("reports/a.csv", io.BytesIO(bytes(size)), overwrite=False)

    assert store.stat("reports/a.csv").size == len(b"first")
    assert leftovers(store) == []
    assert store.put("reports/b.csv", io.BytesIO(bytes(size)), overwrite=False).size == size


def test_the_listing_crosses_pages_and_filters_by_suffix(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MOTO_S3_DEFAULT_MAX_KEYS", "7")
    names = [f"reports/{number:02}.csv" for number in range(40)]
    for name in [*names, "reports/B.CSV.GZ", "reports/c.txt", "reports/sub/d.csv"]:
        put(store, name, b"")

    found = [file.key for file in store.list((".csv", ".csv.gz"))]
    assert sorted(found) == sorted([*names, "reports/B.CSV.GZ", "reports/sub/d.csv"])


def test_deleting_twice_is_no_error(store: Store) -> None:
    put(store, "reports/a.csv")
    store.delete("reports/a.csv")
    store.delete("reports/a.csv")
    assert [*store.list()] == []


@pytest.mark.parametrize("key", ["reports/none.csv", "reports/a.csv/below.csv", "reports/sub"])
def test_an_unknown_key_is_not_found(store: Store, key: str) -> None:
    put(store, "reports/a.csv")
    put(store, "reports/sub/b.csv")
    for method in (store.stat, store.open):
        with pytest.raises(NotFoundError) as caught:
            method(key)
        assert caught.value.details == {"key": key}


@pytest.mark.parametrize("key", HOSTILE_KEYS)
def test_hostile_keys_are_refused_by_every_method(store: Store, key: str) -> None:
    calls: list[Any] = [store.stat, store.open, store.delete, lambda name: put(store, name)]
    for call in calls:
        with pytest.raises(ValidationError) as caught:
            call(key)
        assert set(caught.value.details) == {"key", "rule"}
        caught.value.message.encode()


def test_links_that_lead_outside_are_neither_listed_nor_followed(tmp_path: Path) -> None:
    store = open_store(str(tmp_path / "reports"), s3_settings())
    put(store, "reports/inside.csv")
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "secret.csv").write_text("secret")
    (tmp_path / "reports" / "file.csv").symlink_to(tmp_path / "outside" / "secret.csv")
    (tmp_path / "reports" / "folder").symlink_to(tmp_path / "outside")
    (tmp_path / "reports" / "alias.csv").symlink_to(tmp_path / "reports" / "inside.csv")
    (tmp_path / "reports" / "loop.csv").symlink_to(tmp_path / "reports" / "loop.csv")

    assert sorted(file.name for file in store.list()) == ["alias.csv", "inside.csv"]
    for key in ("reports/file.csv", "reports/folder/secret.csv", "reports/folder/new.csv"):
        for call in (store.stat, store.open, store.delete, lambda name: put(store, name)):
            with pytest.raises(ValidationError):
                call(key)
    assert [path.name for path in (tmp_path / "outside").iterdir()] == ["secret.csv"]


def test_a_folder_that_cannot_be_used_says_why(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(S3ProcessingError, match="File exists"):
        open_store(str(tmp_path / "file"), s3_settings())
    store = open_store(str(tmp_path / "reports"), s3_settings())
    (tmp_path / "reports").rmdir()
    with pytest.raises(S3ProcessingError, match="not there"):
        [*store.list()]


def test_part_files_of_killed_processes_are_hidden_and_later_removed(tmp_path: Path) -> None:
    store = open_store(str(tmp_path / "reports"), s3_settings())
    old, young = (tmp_path / "reports" / f".upload-{name}.part" for name in ("old", "young"))
    for part in (old, young):
        part.write_text("half")
    os.utime(old, (0, 0))

    assert [*store.list()] == []
    put(store, "reports/a.csv")
    assert (old.exists(), young.exists()) == (False, True)


@pytest.mark.parametrize("location", ["", "ftp://host/x", "s3://", "s3://UPPER/x", "s3://b\n/x"])
def test_other_locations_are_refused(location: str) -> None:
    with pytest.raises(ValidationError):
        open_store(location, s3_settings())


def test_s3_without_a_prefix_reaches_the_whole_bucket() -> None:
    store = open_store(f"s3://{new_bucket()}", s3_settings())
    put(store, "a.csv")
    assert (store.prefix, [file.key for file in store.list()]) == ("", ["a.csv"])


def test_a_missing_bucket_is_named_and_no_secret_is_told() -> None:
    store = open_store("s3://no-such-bucket/reports", s3_settings())
    with pytest.raises(S3ProcessingError, match=r"no-such-bucket.*does not exist") as caught:
        [*store.list()]
    assert "hidden" not in str(caught.value.details) + caught.value.message


def test_a_server_that_is_down_is_reported() -> None:
    with cutting_proxy(None) as proxy:
        settings = s3_settings(proxy.port)
    with pytest.raises(S3ProcessingError, match="cannot be reached"):
        open_store("s3://bucket/reports", settings).stat("reports/a.csv")


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({}, (None, None)),
        ({"aws": ("a", "b")}, ("a", "b")),
        ({"aws": ("a", "b"), "custom": ("c", "d")}, ("c", "d")),
        ({"aws": ("a", "b"), "custom": ("c", None)}, ("a", "b")),
        ({"aws": ("in-environment", "b")}, (None, None)),
    ],
)
def test_the_custom_keys_win(
    values: dict[str, tuple[str, str | None]],
    expected: tuple[str | None, str | None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "in-environment")
    aws, custom = (values.get(kind, (None, None)) for kind in ("aws", "custom"))
    settings = Settings.model_construct(
        aws_access_key_id=aws[0],
        aws_secret_access_key=aws[1],
        custom_aws_access_key=custom[0],
        custom_aws_secret_key=custom[1],
    )
    assert s3_client.chosen_keys(settings) == expected


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(s3_reader, "BACKOFF_SECONDS", 0.0)


@pytest.fixture
def remote(impatient: None) -> tuple[str, bytes]:
    """The location of a bucket with one object of 20 MB, and its content."""
    content = random.Random(1).randbytes(20_000_000)
    bucket = new_bucket()
    plain_s3_client().put_object(Bucket=bucket, Key="reports/a.csv", Body=content)
    return f"s3://{bucket}/reports", content


def test_a_download_over_a_line_that_is_cut_again_and_again_is_complete(
    remote: tuple[str, bytes],
) -> None:
    location, content = remote
    with cutting_proxy(3_000_000) as proxy:
        with open_store(location, s3_settings(proxy.port)).open("reports/a.csv") as stream:
            received = stream.read()
        assert received == content
        assert proxy.cuts >= 6


def test_a_line_that_brings_next_to_nothing_is_given_up(remote: tuple[str, bytes]) -> None:
    with (
        cutting_proxy(100_000) as proxy,
        open_store(remote[0], s3_settings(proxy.port)).open("reports/a.csv") as stream,
        pytest.raises(S3ProcessingError, match="broke off at byte"),
    ):
        stream.read()
    assert proxy.cuts <= s3_reader.ATTEMPTS + 1


@pytest.mark.parametrize("change", ["replace", "delete"])
def test_a_file_that_changes_during_the_download_is_not_mixed(
    remote: tuple[str, bytes], change: str
) -> None:
    bucket = remote[0].split("/")[2]
    with (
        cutting_proxy(3_000_000) as proxy,
        open_store(remote[0], s3_settings(proxy.port)).open("reports/a.csv") as stream,
    ):
        stream.read(1000)
        if change == "replace":
            plain_s3_client().put_object(Bucket=bucket, Key="reports/a.csv", Body=b"new")
        else:
            plain_s3_client().delete_object(Bucket=bucket, Key="reports/a.csv")
        with pytest.raises(FileProcessingError, match="replaced or deleted"):
            stream.read()


# Where an answer may break off: within its first line, and within the lines that follow.
@pytest.mark.parametrize("cut_after", [10, 40, 90, 150, 220, 290, 350])
def test_a_file_is_described_whole_over_a_line_that_cuts_answers(
    remote: tuple[str, bytes], cut_after: int
) -> None:
    location, content = remote
    with cutting_proxy(cut_after, most_cuts=2) as proxy:
        found = open_store(location, s3_settings(proxy.port)).stat("reports/a.csv")
        assert proxy.cuts
    assert found == open_store(location, s3_settings()).stat("reports/a.csv")
    assert found.size == len(content)


@pytest.mark.parametrize("cut_after", [150, 220, 290])
def test_a_download_whose_first_answers_are_cut_is_complete(
    remote: tuple[str, bytes], cut_after: int
) -> None:
    with (
        cutting_proxy(cut_after, most_cuts=2) as proxy,
        open_store(remote[0], s3_settings(proxy.port)).open("reports/a.csv") as stream,
    ):
        assert stream.read() == remote[1]


@pytest.mark.parametrize("cut_after", [40, 150, 290])
def test_a_line_that_cuts_every_answer_is_given_up(
    remote: tuple[str, bytes], cut_after: int
) -> None:
    with (
        cutting_proxy(cut_after) as proxy,
        pytest.raises(S3ProcessingError),
    ):
        open_store(remote[0], s3_settings(proxy.port)).stat("reports/a.csv")


def test_one_store_serves_several_threads(store: Store) -> None:
    threads = [
        threading.Thread(target=put, args=(store, f"reports/{number}.csv", bytes(number)))
        for number in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(file.size for file in store.list()) == [*range(8)]
