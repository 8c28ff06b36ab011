"""`python -m catalogtool` is the same as `catalogtool`."""

from catalogtool.cli import main

main(prog_name="catalogtool")
