# SPDX-License-Identifier: Apache-2.0
"""The warm-up of windows: an encoder learns, from films without landmarks, to tell the places of a window apart."""

from __future__ import annotations

from typing import Any

import torch
from monai.engines import SupervisedTrainer
from monai.utils.enums import CommonKeys as Keys

from bundle.coordinates import from_normalized, to_normalized
from bundle.engines.warm_up import WarmUpTrainer
from bundle.errors import ConfigurationError
from bundle.loading.unlabelled_batch import UnlabelledBatch
from bundle.networks import RandWindows, WindowMatching
from bundle.networks.window_matching import into_reduced, reduced

SMALLEST = 32  # pixels, the stride of the coarsest features
SPREAD = 0.04  # of windows about the mean shape, standard deviation in longer sides of the film


class WindowWarmUpTrainer(WarmUpTrainer):
    """Trains the encoder of a `WindowMatching` to find random points of a window in another view of it.

    Windows are drawn about the mean shape, where landmarks are. Steps take the reductions of the network in turn.

    Args:
        window: side of a window in pixels of the film, or of its reduced copy.
        windows: number of windows a film.
        rand_windows: draws the two views of a window.
        **settings: of `WarmUpTrainer`; `points` are those of a window, and batches have no views.

    Raises:
        ConfigurationError: the windows are smaller than the coarsest cell of the network.
    """

    network: WindowMatching  # type: ignore[assignment]

    def __init__(self, window: int, windows: int, rand_windows: RandWindows, **settings: Any) -> None:
        if window < SMALLEST:
            raise ConfigurationError(f"window is {window}; choose at least {SMALLEST}")
        self.window = window
        self.windows = windows
        self.rand_windows = rand_windows
        super().__init__(**settings)

    def _iteration(  # type: ignore[override]
        self, engine: SupervisedTrainer, batchdata: UnlabelledBatch
    ) -> dict[str, Any]:
        films: Any = self.datasets[0]
        films.report(batchdata.unreadable)
        times = self.network.reductions[engine.state.iteration % len(self.network.reductions)]
        film = reduced(batchdata.film.to(self.state.device), times)
        middles = into_reduced(self._draw_middles(batchdata.film), times).to(film.device)
        points = middles[:, :, None] + self.window * (
            torch.rand(*middles.shape[:2], self.points, 2, device=film.device) - 0.5
        )
        views = [self._view(film, middles, points) for _ in range(2)]
        self.network.train()
        with torch.autocast(film.device.type, dtype=torch.bfloat16, enabled=self.amp):
            features = self.network.features(torch.cat([cut for cut, _ in views]))
        terms = self.loss_function(*features.chunk(2), *(seen_at for _, seen_at in views))
        return {Keys.IMAGE: film, **self._descend(terms)}

    def _draw_middles(self, film: torch.Tensor) -> torch.Tensor:
        """[B, W, 2] in index coordinates of the films."""
        shape = self.network.start_shape.cpu()
        near = shape[torch.randint(len(shape), (len(film), self.windows))]
        return from_normalized(near + SPREAD * torch.randn_like(near), film.shape[-2:])

    def _view(
        self, film: torch.Tensor, middles: torch.Tensor, points: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """A view [B W, 1, P, P] of the windows, and their points [B, W, N, 2] in it: [B W, N, 2] in [0, 1]."""
        windows = self.rand_windows.around(middles, max(film.shape[-2:]), self.window)
        cut = self.rand_windows.exposed(windows.cut(film))
        return cut.flatten(0, 1)[:, None], to_normalized(windows.to_windows(points).flatten(0, 1), self.window)
