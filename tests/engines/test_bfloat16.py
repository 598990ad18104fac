# SPDX-License-Identifier: Apache-2.0
"""`amp` is bfloat16 on a CPU too, and costs time where the processor has none."""

from __future__ import annotations

import logging
from collections.abc import Callable

import pytest
import torch
from monai.bundle import ConfigWorkflow

from bundle.engines.bfloat16 import warn_where_imitated

Training = Callable[..., ConfigWorkflow]
CPU = torch.device("cpu")


@pytest.mark.parametrize(
    ("has", "device", "warns"),
    [
        ({"avx2": True, "avx512_bf16": False, "amx_bf16": False}, "cpu", True),
        ({"avx2": True, "avx512_bf16": True}, "cpu", False),
        ({"amx_bf16": True}, "cpu", False),
        ({"neon": True, "bf16": True}, "cpu", False),
        ({"neon": True}, "cpu", True),
        ({"avx2": True}, "cuda", False),
    ],
)
def test_a_processor_without_bfloat16_is_told(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, has: dict, device: str, warns: bool
):
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: has)
    with caplog.at_level(logging.WARNING):
        warn_where_imitated(torch.device(device))
    assert ("leave out --amp" in caplog.text) == warns


@pytest.mark.parametrize("amp", [True, False])
def test_amp_computes_features_in_bfloat16_on_a_cpu(
    training: Training, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, amp: bool
):
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: {})
    workflow = training(amp=amp, max_epochs=1, epoch_length=1)
    with caplog.at_level(logging.WARNING):
        network = workflow.parser.get_parsed_content("network")
    seen = []
    network.backbone.conv2.register_forward_hook(
        lambda _layer, _given, made: seen.append((network.training, made.dtype))
    )
    workflow.run()
    assert {dtype for training, dtype in seen if training} == {torch.bfloat16 if amp else torch.float32}
    assert ("leave out --amp" in caplog.text) == amp
