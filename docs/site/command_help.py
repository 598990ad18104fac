# SPDX-License-Identifier: Apache-2.0
"""The help of every verb of `python -m bundle`, as it is printed, and the short forms of MONAI's commands."""

from __future__ import annotations

import argparse
import importlib
from functools import partial
from pathlib import Path

from bundle.__main__ import VERBS
from bundle.commands.import_films import add_format_arguments

PRESETS = Path(__file__).resolve().parents[2] / "configs" / "presets"
_FORMATTER = partial(argparse.RawDescriptionHelpFormatter, width=72)  # what a page shows without a break
_RUN_IDS = ("training", "calibrate", "evaluate", "inference")


def command_help() -> str:
    """One section a verb: what it does, and its help."""
    return "\n\n".join(f"## {name}\n\n{verb.help.capitalize()}.\n\n{_help(name)}" for name, verb in VERBS.items())


def import_help() -> str:
    """The help of `import FORMAT`, alike for every format."""
    usage = "python -m bundle import FORMAT SOURCE [SOURCE ...] --out DIR [options]"
    parser = argparse.ArgumentParser(usage=usage, formatter_class=_FORMATTER)
    add_format_arguments(parser, "annotation file or folder")
    return _printed(parser)


def preset_commands() -> str:
    """What each preset of `configs/presets` says of itself: a sentence and a command."""
    texts = sorted((file.read_text() for file in PRESETS.glob("*.yaml")), key=_place)
    return "```bash\n" + "\n\n".join(map(_sentence_and_command, texts)) + "\n```"


def _place(preset: str) -> tuple[int, str]:
    """Trainings first, what is done with their weights behind them."""
    (run_id,) = (line.split()[1] for line in preset.splitlines() if line.startswith("run_id:"))
    return _RUN_IDS.index(run_id), preset


def _sentence_and_command(preset: str) -> str:
    sentence, command = (line.removeprefix("#").strip() for line in preset.splitlines()[:2])
    for option in (" --dataset_dir", " --output_dir"):
        command = command.replace(option, f" \\\n   {option}")
    return f"# {sentence}\n{command}"


def _help(name: str) -> str:
    verb = VERBS[name]
    parser = argparse.ArgumentParser(
        prog=f"python -m bundle {name}",
        epilog=f"example:\n  python -m bundle {verb.example}",
        formatter_class=_FORMATTER,
    )
    importlib.import_module(verb.module).add_arguments(parser)
    return _printed(parser)


def _printed(parser: argparse.ArgumentParser) -> str:
    return f"```text\n{parser.format_help().rstrip()}\n```"
