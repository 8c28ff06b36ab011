"""A download that survives cut connections.

boto3 repeats a request that fails, but not a body that breaks off: after an hour of reading a
2 GB report, a lost connection would mean starting again. The reader asks for the missing rest
instead, and only for the same content (`If-Match`), so that two versions are never mixed.
"""

from __future__ import annotations

import io
import random
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any, BinaryIO

from botocore.exceptions import BotoCoreError, ClientError, FlexibleChecksumError
from urllib3.exceptions import HTTPError

from catalogtool.core.errors import FileProcessingError, S3ProcessingError
from catalogtool.core.storage.s3_client import clear_errors, error_code, explained

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import GetObjectOutputTypeDef

# Small, because a connection that is cut within a read loses what that read had gathered.
READ_BYTES = 64 * 1024
ATTEMPTS = 5
BACKOFF_SECONDS = 0.25
BACKOFF_LIMIT_SECONDS = 8.0
# This much new content forgives the failures before it; a trickle does not.
FORGIVEN_AFTER_BYTES = 1024 * 1024


def open_object(client: S3Client, bucket: str, key: str) -> BinaryIO:
    """The object as a buffered stream; NotFoundError if there is none.

    Reading raises FileProcessingError if the object is replaced or deleted meanwhile, and
    S3ProcessingError if it cannot be continued or arrives damaged.
    """
    return io.BufferedReader(ResumingReader(client, bucket, key), READ_BYTES)


class ResumingReader(io.RawIOBase):
    """The raw stream below `open_object`: forward only, one request at a time."""

    def __init__(self, client: S3Client, bucket: str, key: str) -> None:
        self._client, self._bucket, self._key = client, bucket, key
        with clear_errors(bucket, key):
            answer = self._first_answer()
        self._size, self._etag = answer["ContentLength"], answer["ETag"]
        self._body = answer["Body"]
        self._position = self._failures = self._failed_at = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        view = memoryview(buffer).cast("B")
        while True:
            try:
                # At the end too: this is when boto3 compares the checksum.
                chunk = self._body.read(min(len(view), READ_BYTES))
            except FlexibleChecksumError as error:
                raise S3ProcessingError(
                    f"{self._key!r} was damaged on its way from S3.", {"key": self._key}
                ) from error
            except (BotoCoreError, HTTPError, OSError) as error:
                if self._position == self._size:
                    return 0
                self._resume(error)
                continue
            if chunk or self._position >= self._size:
                break
            # An answer without its length may end early without anybody's noticing.
            self._resume(EOFError("the answer ended before its time"))
        view[: len(chunk)] = chunk
        self._position += len(chunk)
        return len(chunk)

    def close(self) -> None:
        if not self.closed:
            self._body.close()
        super().close()

    def _request(self, **condition: Any) -> GetObjectOutputTypeDef:
        return self._client.get_object(Bucket=self._bucket, Key=self._key, **condition)

    def _first_answer(self) -> GetObjectOutputTypeDef:
        """The answer with its whole head; one that was cut within it is asked for again."""
        for failures in range(1, ATTEMPTS):
            with suppress(ValueError):  # of a date that was cut
                answer = self._request()
                if "ContentLength" in answer and "ETag" in answer:
                    return answer
                answer["Body"].close()
            time.sleep(pause(failures))
        raise S3ProcessingError(f"S3 tells no length of {self._key!r}.", {"key": self._key})

    def _resume(self, cause: Exception) -> None:
        """Replace the broken body by one that begins at the present position."""
        self._body.close()
        if self._position - self._failed_at >= FORGIVEN_AFTER_BYTES:
            self._failures = 0
        self._failed_at = self._position
        while self._failures < ATTEMPTS:
            self._failures += 1
            time.sleep(pause(self._failures))
            try:
                answer = self._request(Range=f"bytes={self._position}-", IfMatch=self._etag)
            except ClientError as error:
                self._raise_if_final(error)
                cause = error
            except (BotoCoreError, ValueError) as error:
                cause = error
            else:
                self._body = answer["Body"]
                if answer.get("ContentRange", "").startswith(f"bytes {self._position}-"):
                    return
                # Either the head was cut, or the server knows no ranges: the next try tells.
                self._body.close()
                cause = EOFError("the answer is not the part that was asked for")
        raise S3ProcessingError(
            f"The download of {self._key!r} broke off at byte {self._position} of {self._size}"
            f" and {ATTEMPTS} attempts to continue it failed.",
            {"key": self._key, "position": self._position, "size": self._size},
        ) from cause

    def _raise_if_final(self, error: ClientError) -> None:
        """Some answers stay the same however often one asks."""
        if error_code(error) in ("PreconditionFailed", "412", "NoSuchKey", "404"):
            raise FileProcessingError(
                f"{self._key!r} was replaced or deleted while being read; please start again.",
                {"key": self._key},
            ) from error
        if error.response["ResponseMetadata"]["HTTPStatusCode"] < 500:
            raise explained(error, self._bucket, self._key) from error


def pause(failures: int) -> float:
    """Seconds to wait: doubled each time, and scattered so that readers do not return at once."""
    longest = min(BACKOFF_LIMIT_SECONDS, BACKOFF_SECONDS * 2.0 ** (failures - 1))
    return longest * random.uniform(0.5, 1)  # noqa: S311
