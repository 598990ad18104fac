# SPDX-License-Identifier: Apache-2.0
"""Parts and pairs of `dataset.json`: read back as indices, and refused where they cannot be meant."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from bundle.dataset.description import DatasetDescription, Film, read_dataset, write_dataset
from bundle.dataset.parts import flipped_order, parts_of, repeated_parts
from bundle.errors import DatasetError

NAMES = tuple(f"{part} {side}" for part in ("T1", "T2", "T3") for side in ("left", "right"))
PARTS = {part: (f"{part} left", f"{part} right") for part in ("T1", "T2", "T3")}
PAIRS = tuple(PARTS.values())


def write(folder: Path, **declared: Any) -> Path:
    Image.new("L", (40, 30)).save(folder / "1.png")
    document = {"name": "spine", "landmarks": [*NAMES, "sacrum"], "unlabeled": [{"image": "1.png"}], **declared}
    (folder / "dataset.json").write_text(json.dumps(document))
    return folder


def test_repeated_parts_are_indices_in_the_order_of_the_chain(tmp_path) -> None:
    write(tmp_path, parts=dict(reversed(PARTS.items())), repeated=True)
    assert repeated_parts(tmp_path) == [[4, 5], [2, 3], [0, 1]]


@settings(deadline=None)
@given(st.permutations(NAMES))
def test_parts_name_the_landmarks_wherever_they_stand(names) -> None:
    found = parts_of(DatasetDescription(name="a", landmarks=tuple(names), parts=PARTS, repeated=True))
    assert [tuple(names[index] for index in part) for part in found] == list(PARTS.values())


@pytest.mark.parametrize("declared", [{}, {"parts": PARTS}])
def test_parts_that_are_not_alike_have_no_order(tmp_path, declared) -> None:
    assert repeated_parts(write(tmp_path, **declared)) is None


def test_a_flip_exchanges_the_pairs_and_leaves_the_rest(tmp_path) -> None:
    assert flipped_order(write(tmp_path, pairs=PAIRS[:2])) == [1, 0, 3, 2, 4, 5, 6]
    assert flipped_order(write(tmp_path)) is None


def test_parts_and_pairs_are_read_as_they_were_written(tmp_path) -> None:
    write(tmp_path)
    dataset = DatasetDescription(
        name="spine", landmarks=NAMES, parts=PARTS, repeated=True, pairs=PAIRS, unlabeled=(Film(Path("1.png")),)
    )
    write_dataset(tmp_path, dataset)
    assert read_dataset(tmp_path) == dataset
    assert list(read_dataset(tmp_path).parts) == list(PARTS)


@pytest.mark.parametrize(
    ("declared", "sentence"),
    [
        ({"parts": {"T1": ["T1 upper"]}}, r"parts\['T1'\] names 'T1 upper', which is none of landmarks; correct"),
        (
            {"parts": {"T1": ["T1 left"], "T2": ["T1 left"]}},
            r"parts\['T2'\] names 'T1 left', as parts\['T1'\] does; name each landmark once",
        ),
        ({"parts": {"T1": []}}, r"parts\.T1: should have at least 1 item, not 0; correct"),
        (
            {"parts": {"T1": ["T1 left"], "T2": ["T2 left"]}, "repeated": True},
            r"repeated is true of 2 parts; declare at least 3 in parts, or leave repeated out",
        ),
        ({"repeated": True}, r"repeated is true of 0 parts; declare at least 3"),
        (
            {"parts": {**PARTS, "T3": ["T3 left"]}, "repeated": True},
            r"parts\['T3'\] has 1 landmarks where parts\['T1'\] has 2; give repeated parts the same landmarks, or",
        ),
        ({"pairs": [["T1 left", "sternum"]]}, r"pairs\[0\] names 'sternum', which is none of landmarks; correct"),
        ({"pairs": [["T1 left", "T1 left"]]}, r"pairs\[0\] names 'T1 left', as pairs\[0\] does; name each"),
        ({"pairs": [PAIRS[0], ["T2 left", "T1 right"]]}, r"pairs\[1\] names 'T1 right', as pairs\[0\] does; name"),
        ({"pairs": [["T1 left"]]}, r"pairs\[0\]\[1\]: is missing; correct"),
    ],
)
def test_what_cannot_be_meant_is_refused(tmp_path, declared, sentence) -> None:
    with pytest.raises(DatasetError, match=rf"dataset\.json: {sentence}") as caught:
        read_dataset(write(tmp_path, **declared))
    assert "\n" not in str(caught.value)
