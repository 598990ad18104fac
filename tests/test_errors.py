# SPDX-License-Identifier: Apache-2.0
"""The sentence for the user is found in whatever wraps it."""

from __future__ import annotations

import sys

import pytest

from bundle.errors import DatasetError, bundle_error, one_sentence_errors

SENTENCE = DatasetError("dataset.json: it is empty; add films")


def wrapped(how: str) -> BaseException:
    """A RuntimeError raised where the sentence was handled: `from` it, plainly, or `from None`."""
    error = RuntimeError("handler failed")
    error.__context__ = SENTENCE
    if how != "plainly":
        error.__cause__ = SENTENCE if how == "from" else None
    return error


@pytest.mark.parametrize(("how", "found"), [("from", SENTENCE), ("plainly", SENTENCE), ("from None", None)])
def test_causes_and_contexts_are_followed(how: str, found: DatasetError | None):
    assert bundle_error(wrapped(how)) is found
    outer = RuntimeError("engine failed")
    outer.__cause__ = wrapped(how)
    assert bundle_error(outer) is found


def test_an_error_without_sentence_or_no_error():
    assert bundle_error(SENTENCE) is SENTENCE
    assert bundle_error(ZeroDivisionError()) is None
    assert bundle_error(None) is None


@pytest.mark.parametrize(
    ("error", "printed"),
    [
        (wrapped("plainly"), f"error: {SENTENCE}\n"),
        (KeyboardInterrupt(), "interrupted\n"),
        (KeyError("x"), "a traceback"),
    ],
)
def test_a_program_ends_with_the_sentence_alone(
    error: BaseException, printed: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setattr(sys, "excepthook", lambda *_: print("a traceback", end="", file=sys.stderr))
    one_sentence_errors()
    sys.excepthook(type(error), error, None)
    assert capsys.readouterr().err == printed
