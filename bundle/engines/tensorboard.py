# SPDX-License-Identifier: Apache-2.0
"""What a training shows in TensorBoard; showing it never ends the training."""

from __future__ import annotations

import logging
from functools import cached_property
from pathlib import Path
from typing import Any

from bundle.files import make_folder

logger = logging.getLogger(__name__)


class TensorBoard:
    """A summary writer for MONAI's handlers that begins with what is first written, in a folder for its owner alone.

    Where its files cannot be written, on a full disk say, there is one warning, and nothing is shown from then on.

    Args:
        output_dir: The run folder, in which `tensorboard/` holds the event files.
    """

    def __init__(self, output_dir: str | Path) -> None:
        self.log_dir = Path(output_dir) / "tensorboard"
        self.failed = False

    @cached_property
    def _writer(self) -> Any:
        from torch.utils.tensorboard import SummaryWriter

        make_folder(self.log_dir)
        return SummaryWriter(log_dir=str(self.log_dir))

    def add_scalar(self, *values: Any, **settings: Any) -> None:
        """Show a number; see `SummaryWriter.add_scalar`."""
        self._try("add_scalar", *values, **settings)

    def add_image(self, *values: Any, **settings: Any) -> None:
        """Show a picture; see `SummaryWriter.add_image`."""
        self._try("add_image", *values, **settings)

    def flush(self) -> None:
        """Write what was shown."""
        self._try("flush")

    def _try(self, method: str, *values: Any, **settings: Any) -> None:
        if self.failed:
            return
        try:
            getattr(self._writer, method)(*values, **settings)
        except Exception as error:  # whatever ended TensorBoard's own thread
            self.failed = True
            reason = error.strerror if isinstance(error, OSError) else type(error).__name__
            logger.warning(f"{self.log_dir}: TensorBoard cannot write ({reason}); the training goes on without it")
