# SPDX-License-Identifier: Apache-2.0
"""Outputs by their names, and what is said of one that cannot be had."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from bundle.errors import ConfigurationError
from bundle.outputs.outputs import OUTPUTS, make_outputs


def test_every_output_can_be_made(tmp_path: Path) -> None:
    assert list(make_outputs(list(OUTPUTS), tmp_path)) == list(OUTPUTS)
    assert list(make_outputs("csv", tmp_path)) == ["csv"]
    assert not list(tmp_path.iterdir())


def test_an_unknown_output_is_named_with_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"outputs: 'pdf' is none of json, csv, .*; correct --outputs"):
        make_outputs(["json", "pdf"], tmp_path)
    with pytest.raises(ConfigurationError, match=r"outputs: names none, .*; give some of json, csv"):
        make_outputs([], tmp_path)


@pytest.mark.parametrize(("output", "module"), [("dicom_sr", "sr"), ("secondary_capture", "secondary_capture")])
def test_a_missing_library_is_named_with_its_remedy(
    output: str, module: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in [name for name in sys.modules if name.partition(".")[0] == "highdicom"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "highdicom", None)
    monkeypatch.delitem(sys.modules, f"bundle.outputs.dicom.{module}", raising=False)
    with pytest.raises(ConfigurationError, match=rf"outputs: {output} needs highdicom, .* pip install -e \.\[dicom\]"):
        make_outputs(["json", output], tmp_path)
    assert list(make_outputs(["json", "csv", "overlay", "slicer"], tmp_path))
