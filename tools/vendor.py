"""Copies what browsers need out of node_modules, so that nothing is fetched from elsewhere.

Each library gets a folder of its own, with its licence. The modules are native ES modules; the
page's import map gives them their names, so there is no bundler.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

MODULES = Path("node_modules")

# Package → what is copied: a file, or a folder's files by pattern; the structure stays.
WANTED = {
    "bootstrap": ["dist/css/bootstrap.min.css", "dist/js/bootstrap.bundle.min.js"],
    "socket.io-client": ["dist/socket.io.esm.min.js"],
}
LICENCES = "LICENSE*"


def copy_package(name: str, patterns: list[str], target: Path) -> None:
    """Copy the wanted files of one package; a pattern without a file is an error."""
    source = MODULES / name
    for pattern in [*patterns, LICENCES]:
        found = sorted(path for path in source.glob(pattern) if path.is_file())
        if not found:
            raise SystemExit(f"{name} has no {pattern}: has its layout changed?")
        for path in found:
            copy_to = target / name / path.relative_to(source)
            copy_to.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, copy_to)


def main(target: Path) -> None:
    """Fill the target anew, beside the old one until it is whole."""
    new = target.with_name(f"{target.name}.new")
    shutil.rmtree(new, ignore_errors=True)
    for name, patterns in WANTED.items():
        copy_package(name, patterns, new)
    shutil.rmtree(target, ignore_errors=True)
    new.rename(target)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
