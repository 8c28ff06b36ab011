"""Settings for the machine at hand; PostgreSQL's defaults are for one of the nineties."""

from __future__ import annotations

import locale
import os
import shutil
from contextlib import suppress
from pathlib import Path

from catalogtool.core.postgres_programs import Programs

MEGABYTE = 1024 * 1024
GIGABYTE = 1024 * MEGABYTE
UTF8_CTYPES = ("C.UTF-8", "C.utf8", "en_US.UTF-8", "UTF-8")
# Notes at a stop what is in memory, and reads it again after a start. It could do so every few
# minutes as well, but on a full disk it would try without a pause.
WARMER = "pg_prewarm"
WARMING = {"shared_preload_libraries": WARMER, "pg_prewarm.autoprewarm_interval": "0"}
CONTROL_GROUP_LIMITS = (
    Path("/sys/fs/cgroup/memory.max"),
    Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"),
)


def settings_for_machine(data: Path, programs: Programs) -> dict[str, str]:
    """The server's configuration; durability (fsync, full pages, synchronous commit) stays on."""
    memory = memory_of_machine()
    shared = _between(128 * MEGABYTE, memory // 4, 8 * GIGABYTE)
    wal = _between(GIGABYTE, shutil.disk_usage(data).free // 10, 8 * GIGABYTE)
    return {
        "listen_addresses": "127.0.0.1",
        "unix_socket_directories": "",
        "max_connections": "100",
        "shared_buffers": _megabytes(shared),
        "effective_cache_size": _megabytes(max(memory * 3 // 4, 2 * shared)),
        "work_mem": _megabytes(_between(4 * MEGABYTE, memory // 64, 64 * MEGABYTE)),
        "maintenance_work_mem": _megabytes(_between(64 * MEGABYTE, memory // 16, 512 * MEGABYTE)),
        "dynamic_shared_memory_type": _shared_memory_type(),
        "max_wal_size": _megabytes(wal),
        "wal_compression": "on",
        "checkpoint_timeout": "15min",
        "random_page_cost": "1.1",
        "jit": "off",
        "max_locks_per_transaction": "256",
        "timezone": "UTC",
        "log_timezone": "UTC",
        "log_checkpoints": "off",
        **(WARMING if programs.has_library(WARMER) else {}),
    }


def unicode_ctype() -> str:
    """The first UTF-8 character class locale that this machine knows."""
    before = locale.setlocale(locale.LC_CTYPE)
    try:
        for name in UTF8_CTYPES:
            with suppress(locale.Error):
                locale.setlocale(locale.LC_CTYPE, name)
                return name
    finally:
        locale.setlocale(locale.LC_CTYPE, before)
    return "C"


def memory_of_machine() -> int:
    """Bytes of memory: the machine's, or its container's if that is less."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    for path in CONTROL_GROUP_LIMITS:
        with suppress(OSError, ValueError):
            memory = min(memory, int(path.read_text()))
    return memory


def _shared_memory_type() -> str:
    """Containers often have 64 MB of /dev/shm only, which one parallel query can fill."""
    shm = Path("/dev/shm")  # noqa: S108
    roomy = not shm.is_dir() or shutil.disk_usage(shm).total >= GIGABYTE
    return "posix" if roomy else "mmap"


def _between(low: int, value: int, high: int) -> int:
    return max(low, min(value, high))


def _megabytes(size: int) -> str:
    return f"{size // MEGABYTE}MB"
