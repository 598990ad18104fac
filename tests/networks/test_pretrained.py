# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from pathlib import Path

import pytest
import torch

from bundle.errors import CheckpointError
from bundle.networks import HRNet, hrnet_small, hrnet_w18
from bundle.networks.pretrained import load_pretrained


@pytest.fixture
def public_file(tmp_path: Path) -> Path:
    """A checkpoint as published: kernels over [Y, X], three colour channels, a classification head."""
    colour = HRNet(3, width=16, modules=(1, 1, 1), blocks=2, stem_channels=32, bottlenecks=1).state_dict()
    file = tmp_path / "hrnet.pth"
    torch.save({**colour, "classifier.weight": torch.rand(10, 4), "strange.weight": torch.rand(2)}, file)
    return file


def published_w18() -> dict[str, tuple[int, ...]]:
    """Names and shapes of the backbone in `hrnetv2_w18_imagenet_pretrained.pth`, counters of batch norm apart."""
    shapes: dict[str, tuple[int, ...]] = {}

    def layer(convolution: str, norm: str, given: int, made: int, kernel: int) -> None:
        shapes[f"{convolution}.weight"] = (made, given, kernel, kernel)
        shapes.update({f"{norm}.{kind}": (made,) for kind in ("weight", "bias", "running_mean", "running_var")})

    layer("conv1", "bn1", 3, 64, 3)
    layer("conv2", "bn2", 64, 64, 3)
    for block in range(4):
        name, given = f"layer1.{block}", 256 if block else 64
        for index, (before, after, kernel) in enumerate([(given, 64, 1), (64, 64, 3), (64, 256, 1)], start=1):
            layer(f"{name}.conv{index}", f"{name}.bn{index}", before, after, kernel)
    layer("layer1.0.downsample.0", "layer1.0.downsample.1", 64, 256, 1)
    channels = [18, 36, 72, 144]
    layer("transition1.0.0", "transition1.0.1", 256, 18, 3)
    for transition, given in ((1, 256), (2, 36), (3, 72)):
        name = f"transition{transition}.{transition}.0"
        layer(f"{name}.0", f"{name}.1", given, channels[transition], 3)
    for stage, modules in ((2, 1), (3, 4), (4, 3)):
        for module in (f"stage{stage}.{index}" for index in range(modules)):
            for branch, width in enumerate(channels[:stage]):
                for block in (f"{module}.branches.{branch}.{index}" for index in range(4)):
                    layer(f"{block}.conv1", f"{block}.bn1", width, width, 3)
                    layer(f"{block}.conv2", f"{block}.bn2", width, width, 3)
                for source in range(stage):
                    fuse = f"{module}.fuse_layers.{branch}.{source}"
                    if source > branch:
                        layer(f"{fuse}.0", f"{fuse}.1", channels[source], width, 1)
                    for step in range(branch - source):
                        made = width if step == branch - source - 1 else channels[source]
                        layer(f"{fuse}.{step}.0", f"{fuse}.{step}.1", channels[source], made, 3)
    return shapes


def test_every_weight_of_hrnet_w18_is_in_the_published_file(tmp_path: Path):
    one = torch.zeros(())  # so that the file is small
    head = {"incre_modules.0.0.conv1.weight": (32, 18, 1, 1), "classifier.weight": (1000, 2048)}
    torch.save({k: one.expand(v) for k, v in (published_w18() | head).items()}, tmp_path / "w18.pth")
    network = hrnet_w18()
    report = load_pretrained(network, tmp_path / "w18.pth")
    assert set(report.matched) == published_w18().keys() and report.unused == []
    assert {name.split(".")[0] for name in report.missing} == {"fusion"}
    with pytest.raises(CheckpointError, match=r"w18\.pth.*conv1.weight is 64 x 1 x 3 x 3 and has to be 32 x 1 x 3 x 3"):
        load_pretrained(hrnet_small(), tmp_path / "w18.pth")


def test_matched_missing_and_unused_are_reported(public_file: Path):
    network = hrnet_small(feature_channels=8)
    report = load_pretrained(network, public_file)
    assert report.missing == [
        f"fusion.{i}.{kind}" for i in range(4) for kind in ("bias", "weight") if i == 0 or kind == "weight"
    ]
    assert "strange.weight" in report.unused
    assert "classifier.weight" not in report.unused
    counters = {name for name in network.state_dict() if name.endswith("num_batches_tracked")}
    assert {*report.matched, *report.missing} == network.state_dict().keys() - counters


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
    with pytest.raises(CheckpointError, match=r"other\.pth.*conv1.weight is missing.*backbone hrnet_w18"):
        load_pretrained(hrnet_small(), tmp_path / "other.pth")
    (tmp_path / "broken.pth").write_bytes(b"PK\x03\x04 cut off")
    with pytest.raises(CheckpointError, match=r"broken\.pth.*not a readable"):
        load_pretrained(hrnet_small(), tmp_path / "broken.pth")
