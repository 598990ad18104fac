# SPDX-License-Identifier: Apache-2.0
"""The help of every verb of `python -m bundle`, as it is printed."""

from __future__ import annotations

import argparse
import importlib
import os

from bundle.__main__ import VERBS

_WIDTH = "88"


def command_help() -> str:
    """One section a verb: what it does, and its help."""
    os.environ["COLUMNS"] = _WIDTH  # where argparse breaks lines
    return "\n\n".join(
        f"## {name}\n\n{verb.help.capitalize()}.\n\n```text\n{_help(name).rstrip()}\n```"
        for name, verb in VERBS.items()
    )


def _help(name: str) -> str:
    verb = VERBS[name]
    parser = argparse.ArgumentParser(
        prog=f"python -m bundle {name}",
        epilog=f"example:\n  python -m bundle {verb.example}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    importlib.import_module(verb.module).add_arguments(parser)
    return parser.format_help()
