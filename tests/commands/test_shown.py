# SPDX-License-Identifier: Apache-2.0
"""Commands are printed as a shell takes them."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

import pytest

from bundle.commands.shown import show_command


def test_a_command_can_be_typed_as_it_is_shown(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(Path("/"))
    words = [sys.executable, "-m", "x", "--config_file", "['a.json', 'b c.json']", "it's", '"', "$HOME", "a b", "'$x'"]
    show_command(words)
    shown = capsys.readouterr().out
    assert "--config_file \"['a.json', 'b c.json']\" " in shown
    assert shlex.split(shown.removeprefix("$ ")) == ["python", *words[1:]]
