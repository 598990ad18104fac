# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from pathlib import Path

import pytest
import torch

from bundle.errors import CheckpointError
from bundle.networks import HRNet, hrnet_small
from bundle.networks.pretrained import load_pretrained


@pytest.fixture
def public_file(tmp_path: Path) -> Path:
    """A checkpoint as published: kernels over [Y, X], three colour channels, a classification head."""
    colour = HRNet(3, width=16, modules=(1, 1, 1), blocks=2, stem_channels=32, bottlenecks=1).state_dict()
    file = tmp_path / "hrnet.pth"
    torch.save({**colour, "classifier.weight": torch.rand(10, 4), "strange.weight": torch.rand(2)}, file)
    return file


def test_matched_missing_and_unused_are_reported(public_file: Path):
    network = hrnet_small(feature_channels=8)
    report = load_pretrained(network, public_file)
    assert report.missing == [
        f"fusion.{i}.{kind}" for i in range(4) for kind in ("bias", "weight") if i == 0 or kind == "weight"
    ]
    assert "strange.weight" in report.unused
    assert "classifier.weight" not in report.unused
    assert len(report.matched) + len(report.missing) == len(network.state_dict())


def test_kernels_are_transposed_and_colours_summed(public_file: Path):
    network = hrnet_small()
    load_pretrained(network, public_file)
    source = torch.load(public_file)
    assert torch.equal(network.conv1.weight, source["conv1.weight"].sum(1, keepdim=True).transpose(2, 3))
    assert torch.equal(network.conv2.weight, source["conv2.weight"].transpose(2, 3))


def test_transposed_kernels_see_the_transposed_image_alike(public_file: Path):
    source = HRNet(3, width=16, modules=(1, 1, 1), blocks=2, stem_channels=32, bottlenecks=1).eval()
    source.load_state_dict(torch.load(public_file), strict=False)
    grey = hrnet_small().eval()
    load_pretrained(grey, public_file)
    grey.fusion.load_state_dict(source.fusion.state_dict())
    image = torch.rand(1, 1, 64, 64)
    assert torch.allclose(grey(image.transpose(2, 3)), source(image.expand(-1, 3, -1, -1)).transpose(2, 3), atol=1e-4)


def test_missing_and_foreign_files_are_named(tmp_path: Path):
    with pytest.raises(CheckpointError, match=r"none\.pth.*no such"):
        load_pretrained(hrnet_small(), tmp_path / "none.pth")
    torch.save({"a": torch.rand(1)}, tmp_path / "other.pth")
    with pytest.raises(CheckpointError, match=r"other\.pth.*no tensor fits"):
        load_pretrained(hrnet_small(), tmp_path / "other.pth")
    (tmp_path / "broken.pth").write_bytes(b"PK\x03\x04 cut off")
    with pytest.raises(CheckpointError, match=r"broken\.pth.*not a readable"):
        load_pretrained(hrnet_small(), tmp_path / "broken.pth")
