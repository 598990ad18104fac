# SPDX-License-Identifier: Apache-2.0
"""The application for the MONAI Deploy App SDK: under a stand-in of the SDK always, under itself where it is."""

from __future__ import annotations

import importlib.util
import json
import logging
import os
import runpy
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from pydicom import dcmread, uid

from archives import REPOSITORY, films
from bundle.errors import CheckpointError

APP = REPOSITORY / "deploy" / "monai_deploy" / "app.py"
PATHS = ("HOLOSCAN_INPUT_PATH", "HOLOSCAN_MODEL_PATH", "HOLOSCAN_OUTPUT_PATH")


class Operator:
    """What the SDK documents of an operator: a fragment and conditions come first, ports are declared in `setup`."""

    def __init__(self, fragment: Any, *conditions: Any, name: str) -> None:
        self.ports: list[tuple[str, str]] = []
        self.conditions = conditions
        ports = {way: lambda port, way=way: self.ports.append((way, port)) for way in ("input", "output")}
        self.setup(SimpleNamespace(**ports))


class Application:
    """What the SDK documents of an application: `compose` joins operators, `run` computes them in their order."""

    argv = ("app.py",)

    @staticmethod
    def init_app_context(argv: Any) -> SimpleNamespace:
        films, model, out = (os.environ[path] for path in PATHS)
        return SimpleNamespace(input_path=films, model_path=model, output_path=out)

    def add_flow(self, source: Operator, target: Operator, ports: set[tuple[str, str]]) -> None:
        ((out, into),) = ports
        assert source.ports == [("output", out)] and target.ports == [("input", into)]
        assert source.conditions == ("once",)
        self.flow = source, target, out, into

    def run(self) -> None:
        self.compose()
        source, target, out, into = self.flow
        sent: dict[str, Any] = {}
        source.compute(None, SimpleNamespace(emit=lambda value, port: sent.update({port: value})), None)
        target.compute(SimpleNamespace(receive=lambda port: sent[out] if port == into else None), None, None)


@pytest.fixture
def sdk(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The stand-in, as far as the application uses the SDK."""
    core, conditions, deploy = (ModuleType(f"monai.deploy{name}") for name in (".core", ".conditions", ""))
    core.__dict__.update(Operator=Operator, Application=Application, OperatorSpec=object, Fragment=object)
    conditions.__dict__.update(CountCondition=lambda fragment, count: "once" if count == 1 else "often")
    for module in (deploy, core, conditions):
        monkeypatch.setitem(sys.modules, module.__name__, module)
    monkeypatch.syspath_prepend(str(APP.parent))
    yield
    sys.modules.pop("landmark_operator", None)


@pytest.fixture
def out(tmp_path: Path, model: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where results go of three films, of which one is cut."""
    incoming = tmp_path / "films"
    incoming.mkdir()
    for index, film in enumerate(films(3)):
        if index == 1:
            film.PixelData = film.PixelData[:100]
        film.save_as(incoming / f"{index}.dcm", enforce_file_format=True)
    for path, value in zip(PATHS, (incoming, model["weights"], tmp_path / "out"), strict=True):
        monkeypatch.setenv(path, str(value))
    return tmp_path / "out"


def require_answered(out: Path) -> None:
    found = json.loads((out / "result.json").read_text())["films"]
    assert [(record["film"], record["outcome"]) for record in found] == [
        ("0.dcm", "answered"),
        ("1.dcm", "refused"),
        ("2.dcm", "answered"),
    ]
    assert "PixelData" in found[1]["reason"] and "Doe" not in str(found)
    for record in found:
        kinds = [dcmread(out / name).SOPClassUID for name in record["results"] if name.endswith(".dcm")]
        refused = record["outcome"] == "refused"
        assert kinds == [uid.BasicTextSRStorage if refused else uid.Comprehensive3DSRStorage]
        assert (out / f"{record['film']}.json").is_file() is not refused


def test_every_film_has_results_or_a_reason(sdk: None, out: Path, caplog: pytest.LogCaptureFixture):
    with caplog.at_level(logging.INFO):
        runpy.run_path(str(APP), run_name="__main__")
    require_answered(out)
    assert "2 answered, 1 refused, 0 left alone" in caplog.text


def test_a_model_that_is_not_there_ends_it(sdk: None, out: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("HOLOSCAN_MODEL_PATH", "nowhere")
    with pytest.raises(CheckpointError, match="nowhere"):
        runpy.run_path(str(APP), run_name="__main__")
    assert not out.exists()


@pytest.mark.skipif(importlib.util.find_spec("holoscan") is None, reason="no MONAI Deploy App SDK here")
def test_under_the_sdk_itself(out: Path):
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
    subprocess.run([sys.executable, APP], env=environment, check=True, capture_output=True)
    require_answered(out)
