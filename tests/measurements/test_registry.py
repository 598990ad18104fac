# SPDX-License-Identifier: Apache-2.0
"""Which measurements a model can use."""

from __future__ import annotations

from pathlib import Path

import pytest

from bundle.errors import ConfigurationError
from bundle.importers.landmark_sets import CEPHALOGRAM
from bundle.measurements import choose_measurements, definitions_sha256

MINE = "measurements: [{name: Face, rule: distance, unit: mm, points: [nasion, menton]}]"


def names(*chosen: str) -> list[str]:
    return [definition.name for definition in choose_measurements(list(chosen), CEPHALOGRAM.landmarks)]


def test_the_shipped_file_whose_landmarks_the_model_has_is_chosen(tmp_path: Path) -> None:
    automatic = choose_measurements("auto", CEPHALOGRAM.landmarks)
    assert automatic == choose_measurements("cephalogram", CEPHALOGRAM.landmarks)
    assert [definition.name for definition in automatic][:3] == ["SNA", "SNB", "ANB"]
    assert choose_measurements("auto", CEPHALOGRAM.landmarks[1:]) == ()
    assert choose_measurements([], CEPHALOGRAM.landmarks) == ()


def test_own_files_stand_alone_or_beside_a_shipped_one(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text(MINE)
    assert names(str(tmp_path / "mine.yaml")) == ["Face"]
    assert names("cephalogram", str(tmp_path / "mine.yaml"))[-2:] == ["Lower lip to B line", "Face"]


def test_unknown_names_are_answered_with_the_known_ones() -> None:
    with pytest.raises(
        ConfigurationError, match=r"measurements: 'pelvs' is neither auto, .* cephalogram, .*, pelvis, "
    ):
        names("pelvs")


def test_a_landmark_that_the_model_lacks_is_named_with_its_place() -> None:
    sentence = (
        r"chest\.yaml: measurement 'Cardiac width', points: needs the landmark 'right cardiac border most lateral "
        r"point', which the model does not have \(its landmarks are sella, nasion, .*; correct the name"
    )
    with pytest.raises(ConfigurationError, match=sentence):
        names("chest")


def test_a_name_in_two_files_is_refused(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text(MINE.replace("Face", "SNA"))
    with pytest.raises(
        ConfigurationError, match=r"mine\.yaml: measurement 'SNA', name: is also one of cephalogram\.yaml"
    ):
        names("cephalogram", str(tmp_path / "mine.yaml"))


def test_what_is_measured_has_a_hash_of_its_own() -> None:
    shipped = choose_measurements("auto", CEPHALOGRAM.landmarks)
    assert definitions_sha256(shipped) == definitions_sha256(choose_measurements("cephalogram", CEPHALOGRAM.landmarks))
    assert definitions_sha256(shipped) != definitions_sha256(shipped[:-1])
    changed = [shipped[0].model_copy(update={"name": "another"}), *shipped[1:]]
    assert definitions_sha256(shipped) != definitions_sha256(changed)
    assert definitions_sha256([]) is None
