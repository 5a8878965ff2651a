"""The command line: one thin function per command. What is expected to go wrong is said in a sentence, not in a trace.

Exit codes: 0 done, 1 it could not be done, 2 used in a wrong way. Heavy parts are loaded by the command that needs them.
"""

import sys

# ruff: noqa: I001  (in the order of `lotse --help`: their commands enter themselves)
from adapters.cli import service, members, office, nudges, insight, matrix  # noqa: F401
from adapters.cli.options import app

__all__ = ["app", "main"]


def main() -> None:
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    app(prog_name="lotse")
