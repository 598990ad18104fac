# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import torch

from bundle.transforms import mean_shape

NAN = torch.nan


def test_mean_over_the_films_that_have_the_landmark():
    items = [{"label": torch.tensor([[0.0, 10.0], [4.0, 4.0]])}, {"label": torch.tensor([[10.0, 0.0], [NAN, NAN]])}]
    assert torch.allclose(mean_shape(items, 11), torch.tensor([[0.5, 0.5], [0.4, 0.4]]))


def test_landmark_missing_everywhere_has_no_mean():
    items = [{"label": torch.tensor([[0.0, 10.0], [10.0, 10.0], [NAN, NAN]])}]
    assert mean_shape(items, 11).isfinite().all(dim=-1).tolist() == [True, True, False]
