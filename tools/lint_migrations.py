"""Lints the SQL of every migration for locks and other harm to a running system (squawk)."""

from __future__ import annotations

import io
import subprocess
import sys
from pathlib import Path

from alembic import command
from alembic.script import Script, ScriptDirectory

from catalogtool.core.migrate import alembic_config

SQUAWK = Path(sys.executable).with_name("squawk")
# The first two make a schema that nobody uses yet; the second is the job library's own text.
FRESH_SCHEMA = {"0001", "0002"}
# A generated column can only come with a new copy of its table; nothing can read it meanwhile.
NEW_COPY = {"0004"}
# It rebuilds the indexes of a queue that nobody works on before.
UNUSED_QUEUE = {"0006"}
# Its index is of short texts, in ten million videos a matter of ten seconds; only writers wait.
SMALL_INDEX = {"0007"}
# `migrations/env.py` sets the time-outs; the transaction is in the text.
ARGUMENTS = ("--pg-version", "15.0", "--exclude", "require-timeout-settings")


def sql_of(script: Script) -> str:
    """The SQL of one migration, without running it."""
    config = alembic_config("postgresql://")
    config.output_buffer = io.StringIO()
    command.upgrade(config, f"{script.down_revision}:{script.revision}", sql=True)
    return config.output_buffer.getvalue()


def main() -> None:
    """Exit with status 1 if squawk objects to any migration."""
    scripts = ScriptDirectory.from_config(alembic_config("postgresql://")).walk_revisions()
    failed = False
    for script in scripts:
        if script.revision in FRESH_SCHEMA | NEW_COPY | UNUSED_QUEUE | SMALL_INDEX:
            continue
        name = Path(script.path).name
        arguments = [str(SQUAWK), *ARGUMENTS, "--stdin-filepath", name]
        failed |= (
            subprocess.run(arguments, input=sql_of(script), text=True, check=False).returncode != 0
        )
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
