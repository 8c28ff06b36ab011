"""Stable chance: the same seed gives the same numbers in every process and Python version.

The standard library's `random` promises that only for few of its methods, and is too slow to be
seeded anew for each of millions of videos.
"""

from binascii import a2b_base64, b2a_base64
from hashlib import blake2b
from struct import Struct

MASK = (1 << 64) - 1
_MULTIPLY_1, _MULTIPLY_2 = 0xBF58476D1CE4E5B9, 0x94D049BB133111EB
_UNDO_1, _UNDO_2 = pow(_MULTIPLY_1, -1, 1 << 64), pow(_MULTIPLY_2, -1, 1 << 64)
_SIXTEEN_WORDS = Struct("<16I").unpack
_TO_URL_SAFE = bytes.maketrans(b"+/", b"-_")
_FROM_URL_SAFE = bytes.maketrans(b"-_", b"+/")


class Mixer:
    """An endless table of random words, entered by number."""

    def __init__(self, seed: int, stream: str) -> None:
        self._start = blake2b(f"{stream}:{seed}".encode(), digest_size=64)

    def words(self, number: int) -> tuple[int, ...]:
        """Sixteen independent 32-bit words for a number below 2**64."""
        state = self._start.copy()
        state.update(number.to_bytes(8, "little"))
        return _SIXTEEN_WORDS(state.digest())


def scramble(number: int) -> int:
    """A one-to-one map of the 64-bit numbers (the finaliser of splitmix64): no id comes twice."""
    number = ((number ^ (number >> 30)) * _MULTIPLY_1) & MASK
    number = ((number ^ (number >> 27)) * _MULTIPLY_2) & MASK
    return number ^ (number >> 31)


def unscramble(number: int) -> int:
    """The number that `scramble` turned into this one."""
    number = _undo_shift(number, 31)
    number = _undo_shift((number * _UNDO_2) & MASK, 27)
    return _undo_shift((number * _UNDO_1) & MASK, 30)


def _undo_shift(number: int, bits: int) -> int:
    result = number
    for _ in range(64 // bits):
        result = number ^ (result >> bits)
    return result


def to_code(number: int) -> str:
    """A 64-bit number in YouTube's spelling: eleven characters of URL-safe base64."""
    text = b2a_base64(number.to_bytes(8, "big"), newline=False)
    return text.translate(_TO_URL_SAFE)[:11].decode("ascii")


def from_code(code: str) -> int:
    """The number behind an eleven-character code; ValueError for anything else."""
    if len(code) != 11:
        raise ValueError(f"not an eleven-character code: {code!r}")
    raw = a2b_base64(code.encode("ascii").translate(_FROM_URL_SAFE) + b"=", strict_mode=True)
    return int.from_bytes(raw, "big")
