# SPDX-License-Identifier: Apache-2.0
"""Left landmarks become right ones when a film is flipped."""

from __future__ import annotations

import torch

from bundle.transforms import RandFlipPairsd

ORDER = [1, 0, 2]


def spots() -> dict[str, torch.Tensor]:
    label = torch.tensor([[2.0, 3.0], [6.0, 3.0], [4.0, 7.0]])
    image = torch.zeros(1, 10, 9)
    for number, (x, y) in enumerate(label.long().tolist(), start=1):
        image[0, x, y] = number
    return {"image": image, "label": label}


def test_a_flip_exchanges_pairs_and_moves_points_with_the_image():
    flipped = RandFlipPairsd("image", ORDER, prob=1.0)(spots())
    grey = [float(flipped["image"][0, int(x), int(y)]) for x, y in flipped["label"]]
    assert grey == [2, 1, 3]  # where the left landmark is, the right one's spot lies
    again = RandFlipPairsd("image", ORDER, prob=1.0)(flipped)
    assert torch.equal(again["image"], spots()["image"]) and torch.equal(again["label"], spots()["label"])


def test_a_missing_landmark_stays_missing_on_the_other_side():
    film = spots()
    film["label"][0] = torch.nan
    flipped = RandFlipPairsd("image", ORDER, prob=1.0)(film)
    assert flipped["label"].isnan().any(dim=-1).tolist() == [False, True, False]


def test_without_landmarks_pairs_or_luck_nothing_is_flipped():
    for flip in (RandFlipPairsd("image", None), RandFlipPairsd("image", ORDER, prob=0.0)):
        assert torch.equal(flip(spots())["image"], spots()["image"])
    unlabelled = {"image": spots()["image"]}
    assert torch.equal(RandFlipPairsd("image", ORDER, prob=1.0)(unlabelled)["image"], unlabelled["image"])
