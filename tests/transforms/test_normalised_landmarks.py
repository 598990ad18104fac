# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import pytest
import torch

from bundle.transforms import RestoreLandmarksd, RestoreLengthsd


def test_a_length_is_as_long_as_the_way_between_two_restored_landmarks():
    to_original = torch.tensor([[0, 2.5, 7], [-2.5, 0, 60], [0, 0, 1]], dtype=torch.float64)
    ends = torch.tensor([[0.1, 0.2], [0.4, 0.6]])
    item = {"pred": ends, "length": torch.tensor([0.5]), "to_original": to_original}
    restored = RestoreLandmarksd("pred", 33)(item)["pred"]
    length = RestoreLengthsd(["length", "missing"], 33)(item)["length"]
    assert length.item() == pytest.approx((restored[1] - restored[0]).norm().item(), rel=1e-5)
