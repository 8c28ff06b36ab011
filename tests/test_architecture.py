"""The shape of the system: what is declared is used, what can be set is written down."""

from __future__ import annotations

import ast
import importlib
import pkgutil
import re
import statistics
from collections.abc import Iterator
from pathlib import Path

import catalogtool
from catalogtool.core.settings import Settings
from catalogtool.jobs.app import declared

PACKAGE = Path(catalogtool.__file__).parent
DOCUMENTED = PACKAGE.parent / "docs" / "settings.md"
LONGEST, COMFORTABLE = 300, 90


def modules() -> Iterator[Path]:
    return (path for path in PACKAGE.rglob("*.py") if "__pycache__" not in path.parts)


def strings_given_to(function: str) -> set[str]:
    """The first string that a call of this function names, and strings of module constants."""
    found: set[str] = set()
    for path in modules():
        tree = ast.parse(path.read_text())
        constants = {
            target.id: node.value.value
            for node in tree.body
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
            for target in node.targets
            if isinstance(target, ast.Name)
        }
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == function:
                for argument in node.args:
                    if isinstance(argument, ast.Constant):
                        found.add(str(argument.value))
                    elif isinstance(argument, ast.Name):
                        found.add(str(constants.get(argument.id)))
    return found


def test_every_job_is_enqueued_or_scheduled_somewhere() -> None:
    for module in pkgutil.walk_packages([str(PACKAGE)], "catalogtool."):
        if module.name.rpartition(".")[2] in {"jobs", "schedule", "upkeep"}:
            importlib.import_module(module.name)
    enqueued = strings_given_to("defer")
    own = {n: d for n, d in declared.items() if d.function.__module__.startswith("catalogtool.")}
    assert own
    idle = [name for name, job in own.items() if not job.cron and name not in enqueued]
    assert idle == []


def test_every_setting_is_documented_and_nothing_else_is() -> None:
    rows = re.findall(r"^\| (`.+?`) \|", DOCUMENTED.read_text(), re.MULTILINE)
    documented = {name for row in rows for name in re.findall(r"`([A-Z0-9_]+)`", row)}
    names = {name.upper() for name in Settings.model_fields} | {"SQLALCHEMY_DATABASE_URI"}
    assert documented == names


def test_modules_are_small() -> None:
    lengths = {path: len(path.read_text().splitlines()) for path in modules()}
    longest = max(lengths, key=lambda path: lengths[path])
    half = statistics.median(lengths.values())
    assert half <= COMFORTABLE
    too_long = [str(path.relative_to(PACKAGE)) for path in lengths if lengths[path] > LONGEST]
    name = longest.relative_to(PACKAGE)
    print(  # noqa: T201 - a longer one is a question, not a crime
        f"{len(lengths)} modules, half of them under {half:.0f} lines, the longest {name} with"
        f" {lengths[longest]}; over {LONGEST}: {', '.join(too_long) or 'none'}"
    )
