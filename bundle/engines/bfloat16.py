# SPDX-License-Identifier: Apache-2.0
"""Whether a processor computes in bfloat16, which `amp` asks for, or has to imitate it."""

from __future__ import annotations

import logging

import torch

logger = logging.getLogger(__name__)

INSTRUCTIONS = ("avx512_bf16", "amx_bf16", "bf16")
"""Of processors with bfloat16 of their own, as `torch.cpu.get_capabilities` calls them: x86, and ARM."""


def warn_where_imitated(device: torch.device) -> None:
    """Warn that `amp` costs time on a processor without bfloat16; a GPU is not asked."""
    found = torch.cpu.get_capabilities()
    if device.type == "cpu" and not any(found.get(name) for name in INSTRUCTIONS):
        logger.warning(
            "amp is true, and this processor has no instructions for bfloat16 (avx512_bf16 or amx_bf16), so that it "
            "imitates them and takes longer; leave out --amp"
        )
