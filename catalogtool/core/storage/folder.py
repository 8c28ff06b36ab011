"""Files in a local folder, for installations without S3.

A key is the folder's own name and the path below it: `reports/2024/a.csv` for the file
`2024/a.csv` in `var/reports`. That is what S3 calls it under `s3://bucket/reports`.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from io import FileIO
from pathlib import Path
from stat import S_ISREG
from typing import BinaryIO

from catalogtool.core.errors import S3ProcessingError, ValidationError
from catalogtool.core.storage.store import (
    ByteSource,
    Store,
    StoredFile,
    broken_rule,
    missing,
    taken,
)

CHUNK_BYTES = 1024 * 1024
ABANDONED_AFTER_SECONDS = 24 * 3600
_PART_PREFIX, _PART_SUFFIX = ".upload-", ".part"


class FolderStore(Store):
    """Atomic writes by rename; symbolic links count only where they stay inside the folder."""

    def __init__(self, folder: Path) -> None:
        # Not resolve(): the prefix is the name that the user gave, also where that is a link.
        self.folder = Path(os.path.abspath(folder.expanduser()))  # noqa: PTH100
        super().__init__(str(self.folder), f"{self.folder.name}/" if self.folder.name else "")
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise S3ProcessingError(
                f"The folder {self.location!r} of the store cannot be made: {error.strerror}."
            ) from error
        self._root = os.path.realpath(self.folder)

    def list(self, suffixes: tuple[str, ...] = ()) -> Iterator[StoredFile]:
        wanted = tuple(suffix.lower() for suffix in suffixes) or ("",)
        for entry, key in self._walk():
            if not key.lower().endswith(wanted) or broken_rule(key, self.prefix):
                continue
            with suppress(OSError):  # gone since the folder was read, or a link in a circle
                status = entry.stat()
                if S_ISREG(status.st_mode):
                    yield _stored(key, status)

    def stat(self, key: str) -> StoredFile:
        path = self._path(key)
        with _clear_errors(key):
            status = path.stat()
        if not S_ISREG(status.st_mode):
            raise missing(key)
        return _stored(key, status)

    def open(self, key: str) -> BinaryIO:
        self.stat(key)  # opening a pipe would block
        with _clear_errors(key):
            return open(self._path(key), "rb")

    def put(self, key: str, stream: ByteSource, *, overwrite: bool = True) -> StoredFile:
        path = self._path(key)
        with _clear_errors(key):
            path.parent.mkdir(parents=True, exist_ok=True)
            _remove_abandoned_parts(path.parent)
            descriptor, part_name = tempfile.mkstemp(_PART_SUFFIX, _PART_PREFIX, path.parent)
        part = Path(part_name)
        try:
            with open(descriptor, "wb", buffering=0) as file:
                while chunk := stream.read(CHUNK_BYTES):
                    with _clear_errors(key):
                        _write_all(file, chunk)
                with _clear_errors(key):
                    os.fsync(file.fileno())
            with _clear_errors(key):
                _publish(part, path, overwrite)
        finally:
            part.unlink(missing_ok=True)
        return self.stat(key)

    def delete(self, key: str) -> None:
        path = self._path(key)
        with (
            _clear_errors(key),
            suppress(FileNotFoundError, NotADirectoryError, IsADirectoryError),
        ):
            path.unlink()

    def _path(self, key: str) -> Path:
        """Where the key's file is; ValidationError if a link on the way leads outside."""
        path = self.folder / self.check_key(key).removeprefix(self.prefix)
        if not self._is_inside(str(path)):
            rule = "leads outside the store"
            raise ValidationError(f"The key {key!r} {rule}.", {"key": key, "rule": rule})
        return path

    def _is_inside(self, path: str) -> bool:
        return os.path.commonpath((self._root, os.path.realpath(path))) == self._root

    def _walk(self) -> Iterator[tuple[os.DirEntry[str], str]]:
        """Entry and key of everything that is no folder and no unfinished upload."""
        if not self.folder.is_dir():
            raise S3ProcessingError(f"The folder {self.location!r} of the store is not there.")
        pending = [(self.location, self.prefix)]
        while pending:
            folder, prefix = pending.pop()
            with _clear_errors(prefix), suppress(FileNotFoundError), os.scandir(folder) as entries:
                for entry in entries:
                    if entry.is_dir(follow_symlinks=False):
                        pending.append((entry.path, f"{prefix}{entry.name}/"))
                    elif not _is_part(entry.name) and (
                        not entry.is_symlink() or self._is_inside(entry.path)
                    ):
                        yield entry, prefix + entry.name


def _stored(key: str, status: os.stat_result) -> StoredFile:
    modified = datetime.fromtimestamp(status.st_mtime, UTC)
    return StoredFile(key, status.st_size, modified, f"{status.st_mtime_ns}-{status.st_size}")


def _write_all(file: FileIO, chunk: bytes) -> None:
    """Unbuffered, so that closing the file after a full disk cannot fail a second time."""
    rest = memoryview(chunk)
    while rest:
        rest = rest[file.write(rest) :]


def _publish(part: Path, path: Path, overwrite: bool) -> None:
    """Give the finished file its name in one step, and make the name survive a power cut."""
    if overwrite:
        part.replace(path)
    else:
        path.hardlink_to(part)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _is_part(name: str) -> bool:
    return name.startswith(_PART_PREFIX) and name.endswith(_PART_SUFFIX)


def _remove_abandoned_parts(folder: Path) -> None:
    """A killed process cannot clean up after itself; the next upload does it, a day later."""
    for part in folder.glob(f"{_PART_PREFIX}*{_PART_SUFFIX}"):
        with suppress(FileNotFoundError):
            if time.time() - part.stat().st_mtime > ABANDONED_AFTER_SECONDS:
                part.unlink()


@contextmanager
def _clear_errors(name: str) -> Iterator[None]:
    """Turn what the operating system says into the errors that Store promises."""
    try:
        yield
    except (FileNotFoundError, NotADirectoryError) as error:
        raise missing(name) from error
    except FileExistsError as error:
        raise taken(name) from error
    except OSError as error:
        raise S3ProcessingError(
            f"The store cannot use {name!r}: {error.strerror or 'the disk failed'}.",
            {"key": name},
        ) from error
