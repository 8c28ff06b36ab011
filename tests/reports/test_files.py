"""Report files: what users see of the store, what they may choose, and what they may bring."""

from __future__ import annotations

import io
import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import pytest

from catalogtool.core.errors import (
    ConcurrencyError,
    PayloadTooLargeError,
    S3ProcessingError,
    ValidationError,
)
from catalogtool.core.storage import Store, StoredFile, open_store
from catalogtool.reports import file_index
from catalogtool.reports.file_index import FileIndex
from catalogtool.reports.file_names import safe_name
from catalogtool.reports.files import check_report_key, list_report_files, store_upload
from tests.storage_servers import new_bucket, s3_settings

LIMIT = 1_000_000


@pytest.fixture
def folder(tmp_path: Path) -> Store:
    return open_store(str(tmp_path / "reports"), s3_settings())


@pytest.fixture(params=["folder", "s3"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    if request.param == "folder":
        return open_store(str(tmp_path / "reports"), s3_settings())
    return open_store(f"s3://{new_bucket()}/reports", s3_settings())


def put(store: Store, name: str, content: bytes = b"x") -> StoredFile:
    return store.put(store.prefix + name, io.BytesIO(content))


def put_aged(store: Store, name: str, age: int) -> None:
    """A file that is so many seconds old (folders only)."""
    put(store, name)
    moment = time.time() - age
    os.utime(Path(store.location) / name, (moment, moment))


def names(store: Store, **query: int | str) -> list[str]:
    return [file.name for file in list_report_files(store, **query)[0]]  # type: ignore[arg-type]


def keys(store: Store) -> list[str]:
    return sorted(file.key for file in store.list())


def test_pages_are_newest_first_and_cover_every_file_once(folder: Store) -> None:
    for age in (5, 1, 4, 2, 3):
        put_aged(folder, f"{age}.csv", age)
    assert names(folder, page=1, page_size=2) == ["1.csv", "2.csv"]
    assert names(folder, page=2, page_size=2) == ["3.csv", "4.csv"]
    assert names(folder, page=3, page_size=2) == ["5.csv"]
    assert list_report_files(folder, page=4, page_size=2) == ([], 5)


def test_files_of_one_moment_are_ordered_by_key(folder: Store) -> None:
    moment = time.time() - 60
    for name in ("b.csv", "a.csv", "c.csv"):
        put(folder, name)
        os.utime(Path(folder.location) / name, (moment, moment))
    assert names(folder) == ["a.csv", "b.csv", "c.csv"]


def test_only_reports_are_listed_and_described_as_the_store_does(store: Store) -> None:
    for name in ("a.csv", "b.CSV.gz", "c.zip", "d.csv.bak", "e"):
        put(store, name)
    files, total = list_report_files(store)
    assert (sorted(file.name for file in files), total) == (["a.csv", "b.CSV.gz"], 2)
    assert all(file == store.stat(file.key) for file in files)


@pytest.mark.parametrize(
    ("search", "expected"),
    [
        ("VIDEO", {"Video_100%.csv", "my video.csv"}),
        ("100%", {"Video_100%.csv"}),
        ("o_1", {"Video_100%.csv"}),
        (".csv", {"Video_100%.csv", "my video.csv", "ОТЧЁТ.csv", "Cafe\u0301.csv"}),
        ("отчёт", {"ОТЧЁТ.csv"}),
        ("caf\u00e9", {"Cafe\u0301.csv"}),
        ("reports", set()),
        ("sub", set()),
        (".*", set()),
    ],
)
def test_the_search_is_literal_in_any_case_and_in_the_name_only(
    folder: Store, search: str, expected: set[str]
) -> None:
    for name in ("Video_100%.csv", "sub/my video.csv", "ОТЧЁТ.csv", "Cafe\u0301.csv"):
        put(folder, name)
    files, total = list_report_files(folder, search=search)
    assert ({file.name for file in files}, total) == (expected, len(expected))


def test_an_upload_is_listed_at_once_and_others_soon(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert names(store) == []
    store_upload(store, "mine.csv", io.BytesIO(b"x"), LIMIT)
    put(store, "of another process.csv")
    assert names(store) == ["mine.csv"]
    monkeypatch.setattr(file_index, "MIN_AGE_SECONDS", 0.0)
    monkeypatch.setattr(file_index, "AGE_PER_SECOND_OF_LISTING", 0.0)
    assert sorted(names(store)) == ["mine.csv", "of another process.csv"]


class SlowStore(Store):
    """A large store far away: every listing waits for a permission and may fail."""

    def __init__(self, store: Store) -> None:
        super().__init__(f"slow {store.location}", store.prefix)
        self._store = store
        self.listings = 0
        self.permission = threading.Event()
        self.error: Exception | None = None

    def list(self, suffixes: tuple[str, ...] = ()) -> Iterator[StoredFile]:
        self.listings += 1
        found = [*self._store.list(suffixes)]
        assert self.permission.wait(10)
        if self.error:
            raise self.error
        yield from found

    def stat(self, key: str) -> StoredFile:
        return self._store.stat(key)

    def open(self, key: str) -> BinaryIO:
        return self._store.open(key)

    def put(self, key: str, stream: object, *, overwrite: bool = True) -> StoredFile:
        raise NotImplementedError

    def delete(self, key: str) -> None:
        raise NotImplementedError


@pytest.fixture
def slow(folder: Store, monkeypatch: pytest.MonkeyPatch) -> SlowStore:
    """Its snapshot is always old and always counts as slow to renew."""
    for name in ("MIN_AGE_SECONDS", "AGE_PER_SECOND_OF_LISTING"):
        monkeypatch.setattr(file_index, name, 0.0)
    monkeypatch.setattr(file_index, "PATIENCE_SECONDS", -1.0)
    return SlowStore(folder)


def wait_until_idle(index: FileIndex) -> None:
    with index._listing:
        pass


def test_requests_do_not_wait_for_a_slow_listing_and_start_only_one(
    folder: Store, slow: SlowStore
) -> None:
    index = FileIndex(slow)
    slow.permission.set()
    assert index.snapshot().keys == ()
    slow.permission.clear()
    put(folder, "new.csv")

    assert [index.snapshot().keys for _ in range(5)] == [()] * 5
    slow.permission.set()
    wait_until_idle(index)
    assert slow.listings == 2
    assert index.snapshot().keys == ("reports/new.csv",)
    wait_until_idle(index)


def test_an_upload_during_a_listing_that_missed_it_does_not_vanish(
    folder: Store, slow: SlowStore
) -> None:
    index = FileIndex(slow)
    slow.permission.set()
    index.snapshot()
    slow.permission.clear()
    index.snapshot()
    while slow.listings < 2:
        time.sleep(0.01)
    time.sleep(0.1)  # the listing has seen the empty folder now

    index.add(put(folder, "mine.csv"))
    assert index.snapshot().keys == ("reports/mine.csv",)
    slow.permission.set()
    wait_until_idle(index)
    assert index._snapshot is not None
    assert index._snapshot.keys == ("reports/mine.csv",)


def test_a_store_that_fails_in_the_background_is_told_to_the_next_request(
    slow: SlowStore,
) -> None:
    index = FileIndex(slow)
    slow.permission.set()
    index.snapshot()
    slow.error = S3ProcessingError("gone")
    index.snapshot()
    wait_until_idle(index)
    with pytest.raises(S3ProcessingError, match="gone"):
        index.snapshot()


def test_requests_that_meet_at_an_empty_index_share_one_listing(
    folder: Store, slow: SlowStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(file_index, "MIN_AGE_SECONDS", 60.0)
    put(folder, "a.csv")
    index, seen = FileIndex(slow), []
    threads = [
        threading.Thread(target=lambda: seen.append(index.snapshot().keys)) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    slow.permission.set()
    for thread in threads:
        thread.join()
    assert (seen, slow.listings) == ([("reports/a.csv",)] * 8, 1)


@pytest.mark.parametrize(
    ("key", "rule"),
    [
        ("reports/none.csv", "not in the report store"),
        ("reports/a.txt", "does not end in"),
        ("other/a.csv", "not under"),
        ("reports/../a.csv", "plain relative path"),
        ("reports/a\x00.csv", "control characters"),
        ("/reports/a.csv", "plain relative path"),
        ("", "plain relative path"),
    ],
)
def test_a_key_that_cannot_be_processed_is_refused_with_its_rule(
    store: Store, key: str, rule: str
) -> None:
    put(store, "a.txt")
    with pytest.raises(ValidationError, match=rule) as caught:
        check_report_key(store, key)
    assert set(caught.value.details) == {"key", "rule"}


def test_a_listed_key_can_be_chosen(store: Store) -> None:
    put(store, "日本 (1).csv.gz")
    [file], _ = list_report_files(store)
    assert check_report_key(store, file.key) == file


@pytest.mark.parametrize(
    ("filename", "expected"),
    [
        ("report.csv", "report.csv"),
        ("C:\\Users\\me\\Report.CSV", "Report.csv"),
        ("../../etc/report.csv.GZ", "report.csv.gz"),
        ("日本語レポート (最新).csv", "日本語レポート (最新).csv"),
        ("अंतिम रिपोर्ट.csv", "अंतिम रिपोर्ट.csv"),
        ("Cafe\u0301.csv", "Caf\u00e9.csv"),
        ('a"<b>;|?*\n\x00.csv', "a__b_______.csv"),
        ("=cmd|' /C calc'!A0.csv", "C calc__A0.csv"),
        (".hidden.csv", "hidden.csv"),
        ("a\u202egpj.csv", "a_gpj.csv"),
        ("a\u3000b .csv", "a b.csv"),
        ("x" * 300 + ".csv", "x" * 160 + ".csv"),
        ("語" * 300 + ".csv.gz", "語" * 66 + ".csv.gz"),
    ],
)
def test_upload_names_are_made_safe_and_stay_readable(filename: str, expected: str) -> None:
    assert "".join(safe_name(filename)) == expected


@pytest.mark.parametrize(
    "filename", ["", "report", "report.zip", "a.csv.zip", ".csv", "...csv", "!!!.csv.gz", "a.csv/"]
)
def test_upload_names_that_cannot_be_saved_are_refused(store: Store, filename: str) -> None:
    with pytest.raises(ValidationError):
        store_upload(store, filename, io.BytesIO(b"x"), LIMIT)
    assert keys(store) == []


def test_an_upload_never_overwrites(store: Store) -> None:
    stored = [store_upload(store, "a.csv.gz", io.BytesIO(bytes(size)), LIMIT) for size in range(11)]
    assert [file.key for file in stored[:3]] == [
        "reports/a.csv.gz",
        "reports/a-2.csv.gz",
        "reports/a-3.csv.gz",
    ]
    assert [store.stat(file.key).size for file in stored] == [*range(11)]


def test_uploads_of_one_name_at_one_moment_are_all_kept(store: Store) -> None:
    class Late(io.BytesIO):
        """Is read only once every upload has chosen its name."""

        waited = False

        def read(self, size: int | None = -1) -> bytes:
            if not self.waited:
                self.waited = True
                everyone_chose.wait(10)
            return super().read(size)

    everyone_chose = threading.Barrier(3)
    threads = [
        threading.Thread(target=store_upload, args=(store, "a.csv", Late(bytes(size)), LIMIT))
        for size in (1, 2, 3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(file.size for file in store.list()) == [1, 2, 3]


def test_a_stream_that_cannot_be_read_again_tells_of_the_taken_name(folder: Store) -> None:
    class OneWay(io.RawIOBase):
        def seekable(self) -> bool:
            return False

        def read(self, size: int = -1) -> bytes:
            put(folder, "a.csv", b"of somebody else")
            return b""

    with pytest.raises(ConcurrencyError):
        store_upload(folder, "a.csv", OneWay(), LIMIT)  # type: ignore[arg-type]
    assert folder.stat("reports/a.csv").size == len(b"of somebody else")


@pytest.mark.parametrize("limit", [10, 17 * 1024 * 1024])
def test_the_limit_is_exact_and_beyond_it_nothing_stays(store: Store, limit: int) -> None:
    assert store_upload(store, "full.csv", io.BytesIO(bytes(limit)), limit).size == limit
    with pytest.raises(PayloadTooLargeError) as caught:
        store_upload(store, "more.csv", io.BytesIO(bytes(limit + 1)), limit)
    assert caught.value.details["limit"] == limit
    assert keys(store) == ["reports/full.csv"]
    assert not [*Path(store.location).rglob(".*")]


def test_an_endless_upload_is_stopped_at_the_limit(folder: Store) -> None:
    class Endless(io.RawIOBase):
        given = 0

        def read(self, size: int = -1) -> bytes:
            self.given += size
            return bytes(size)

    stream = Endless()
    with pytest.raises(PayloadTooLargeError):
        store_upload(folder, "a.csv", stream, 5_000_000)  # type: ignore[arg-type]
    assert stream.given == 5_000_001
