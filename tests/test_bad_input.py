# SPDX-License-Identifier: Apache-2.0
"""Bad input at the command line of MONAI: one sentence on stderr, no traceback, no success, and nothing lost.

Starting Python with torch and MONAI takes seconds, so one process imports them and is forked for every command line; a
command line runs as `python -m monai.bundle` runs it, up to its exit code.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from monai.bundle import ConfigWorkflow
from PIL import Image
from pydicom import Dataset, FileMetaDataset, uid

REPOSITORY = Path(__file__).resolve().parents[1]
TRAIN, APPLY, EVALUATE = ("train.json", "small.yaml"), ("inference.json",), ("inference.json", "evaluate.yaml")

# Reads [[words, bytes a file may have], ...] and writes [[exit code, stdout, stderr], ...].
FORK = """
import gc, json, os, resource, runpy, sys, tempfile
import torch.utils.tensorboard, monai.bundle
import bundle.engines, bundle.evaluation.reporter, bundle.drawing.tensorboard_overlay
monai.bundle.ConfigParser({"any": {"_target_": "Identity"}}).get_parsed_content("any")  # imports all of MONAI
gc.freeze()
results = []
for words, largest in json.load(open(sys.argv[1])):
    streams = [tempfile.TemporaryFile() for _ in range(2)]
    child = os.fork()
    if child == 0:
        for number, stream in enumerate(streams, start=1):
            os.dup2(stream.fileno(), number)
        if largest:
            resource.setrlimit(resource.RLIMIT_FSIZE, (largest, largest))
        sys.argv = ["monai.bundle", *words]
        code = 0
        try:
            runpy.run_module("monai.bundle", run_name="__main__", alter_sys=True)
        except SystemExit as stop:
            code = stop.code
        except BaseException:  # what the interpreter does, without its slow end
            sys.excepthook(*sys.exc_info())
            code = 1
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code or 0)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    texts = []
    for stream in streams:
        stream.seek(0)
        texts.append(stream.read().decode())
    results.append([code, *texts])
json.dump(results, open(sys.argv[2], "w"))
"""


class Case(NamedTuple):
    """A command line and what its sentence must say: file, field and remedy."""

    name: str
    run: str
    configs: tuple[str, ...]
    settings: dict[str, Any]
    says: tuple[str, ...]
    largest_file: int = 0


@pytest.fixture
def run_all(tmp_path: Path) -> Callable[[list[Case]], list[list[Any]]]:
    """Run command lines in forks of one process; returns exit code, stdout and stderr of each."""

    def run(cases: list[Case]) -> list[list[Any]]:
        lines = []
        for case in cases:
            files = str([str(REPOSITORY / "configs" / name) for name in case.configs])
            options = [word for name, value in case.settings.items() for word in (f"--{name}", str(value))]
            lines.append([["run", case.run, "--config_file", files, *options], case.largest_file])
        (tmp_path / "lines.json").write_text(json.dumps(lines))
        program = [
            sys.executable,
            "-W",
            "ignore",
            "-c",
            FORK,
            str(tmp_path / "lines.json"),
            str(tmp_path / "results.json"),
        ]
        subprocess.run(program, cwd=tmp_path, check=True)
        return json.loads((tmp_path / "results.json").read_text())

    return run


@pytest.fixture
def copy(dataset: Path, tmp_path: Path) -> Callable[..., Path]:
    """Copy the data set under a name and let `change` edit its document."""

    def make(name: str, change: Callable[[dict[str, Any]], object] = lambda document: None) -> Path:
        folder = tmp_path / name
        shutil.copytree(dataset, folder)
        document = json.loads((folder / "dataset.json").read_text())
        change(document)
        (folder / "dataset.json").write_text(json.dumps(document))
        return folder

    return make


def dicom(file: Path, kind: uid.UID, **elements: Any) -> None:
    """A DICOM object that holds a picture, whatever its class and other elements say."""
    film = Dataset()
    film.file_meta = FileMetaDataset()
    film.file_meta.TransferSyntaxUID = uid.ExplicitVRLittleEndian
    film.SOPClassUID = film.file_meta.MediaStorageSOPClassUID = kind
    film.SOPInstanceUID = film.file_meta.MediaStorageSOPInstanceUID = uid.generate_uid()
    film.Rows, film.Columns, film.BitsAllocated, film.BitsStored, film.HighBit = 64, 64, 8, 8, 7
    film.SamplesPerPixel, film.PixelRepresentation, film.PhotometricInterpretation = 1, 0, "MONOCHROME2"
    film.PixelData = bytes(range(256)) * 16
    for keyword, value in elements.items():
        setattr(film, keyword, value)
    film.save_as(file, enforce_file_format=True)


def test_bad_input_is_one_sentence(
    training: Callable[..., ConfigWorkflow], copy: Callable[..., Path], run_all: Callable, tmp_path: Path, subtests: Any
):
    training(max_epochs=1).run()
    good, run, weights = tmp_path / "data", tmp_path / "run", tmp_path / "models" / "model.pt"
    cases = [*training_cases(copy, good, run, tmp_path), *application_cases(copy, good, weights, tmp_path)]
    for case, (code, out, err) in zip(cases, run_all(cases), strict=True):
        with subtests.test(case.name):
            assert code == 1, out + err
            assert "Traceback" not in out + err
            sentences = [line for line in err.splitlines() if line.startswith("error: ")]
            assert len(sentences) == 1, err
            assert all(words in sentences[0] for words in case.says), sentences[0]
    with subtests.test("whatever was there stays"):
        assert not (tmp_path / "none").exists()
        assert (tmp_path / "full" / "best.pt").read_bytes() == (run / "best.pt").read_bytes()
        assert (tmp_path / "full" / "last.pt").read_bytes() == (run / "last.pt").read_bytes()
        assert not list((tmp_path / "full").glob(".*"))
        assert (tmp_path / "some" / "0.png.json").is_file() and (tmp_path / "some" / "1.png.json").is_file()


def training_cases(copy: Callable[..., Path], good: Path, run: Path, folder: Path) -> list[Case]:
    settings = {
        **{"dataset_dir": good, "output_dir": folder / "new", "model_file": folder / "new" / "model.pt", "shots": 4},
        **{
            "image_size": 32,
            "batch_size": 4,
            "epoch_length": 2,
            "max_epochs": 2,
            "val_interval": 1,
            "hidden_features": 8,
        },
    }

    def case(name: str, *says: str, largest_file: int = 0, **changed: Any) -> Case:
        return Case(name, "training", TRAIN, {**settings, **changed}, says, largest_file)

    (folder / "empty").mkdir()
    malformed = copy("malformed")
    (malformed / "dataset.json").write_text('{"name": ')
    twice = copy("twice", lambda document: document["test"].append(document["training"][0]))
    count = copy("count", lambda document: document["training"][1]["landmarks"].pop())
    zero = copy("zero", lambda document: document["training"][0].update(spacing=[0, 0.5]))
    unknown = copy("unknown", lambda document: document["training"][0].update(spacing=[float("nan"), 0.5]))
    black = copy("black")
    for index in range(6):
        Image.new("L", (64, 56)).save(black / f"{index}.png")
    broken, full = folder / "broken", folder / "full"
    shutil.copytree(run, broken)
    (broken / "last.pt").write_bytes((run / "last.pt").read_bytes()[:1000])
    shutil.copytree(run, full)
    half = (full / "best.pt").stat().st_size // 2
    return [
        case("missing folder", "none: there is no such folder", "give the folder", dataset_dir=folder / "none"),
        case("no dataset.json", "dataset.json: does not exist", "make one", dataset_dir=folder / "empty"),
        case("malformed dataset.json", "dataset.json", "line 1", dataset_dir=malformed),
        case("film in training and test", "test[2].image", "training[0]", "keep each film once", dataset_dir=twice),
        case("wrong landmark count", "training[1].landmarks of 1.png has 2 points for 3", dataset_dir=count),
        case("zero spacing", "training[0].spacing along x is 0", "leave spacing out", dataset_dir=zero),
        case("NaN spacing", "training[0].spacing along x is nan", "leave spacing out", dataset_dir=unknown),
        case("all-black film", ".png: every pixel has the value 0", "remove the film", dataset_dir=black),
        case("existing run", "run: holds a run already", "--resume true", output_dir=run),
        case("nothing to resume", "last.pt: there is no run to resume", "--output_dir", resume=True),
        case("unreadable checkpoint", "last.pt: is not a readable checkpoint", output_dir=broken, resume=True),
        case("no write permission", "cannot be written to", "choose a folder", output_dir=good / "0.png" / "run"),
        case(
            "disk full",
            "cannot be written",
            "free space",
            largest_file=half,
            output_dir=full,
            resume=True,
        ),
    ]


def application_cases(copy: Callable[..., Path], good: Path, weights: Path, folder: Path) -> list[Case]:
    def case(name: str, *says: str, evaluate: bool = False, **changed: Any) -> Case:
        settings = {"dataset_dir": good, "checkpoint": weights, "output_dir": folder / "out", **changed}
        run, configs = ("evaluate", EVALUATE) if evaluate else ("inference", APPLY)
        return Case(name, run, configs, settings, says)

    bad = folder / "bad.pt"
    bad.write_bytes(b"no weights")
    shutil.copy(weights.with_suffix(".json"), folder / "bad.json")
    other = copy("other", lambda document: document.update(landmarks=["hip", "knee", "ankle"]))
    some = folder / "some films"
    some.mkdir()
    for name in ("0.png", "1.png"):
        shutil.copy(good / name, some)
    dicom(some / "truncated.dcm", uid.DigitalXRayImageStorageForPresentation)
    (some / "truncated.dcm").write_bytes((some / "truncated.dcm").read_bytes()[:-1000])
    dicom(folder / "ct.dcm", uid.CTImageStorage)
    dicom(folder / "bare.dcm", uid.DigitalXRayImageStorageForPresentation)
    some_pictures = folder / "some pictures"
    some_pictures.mkdir()
    for name in ("0.png", "1.png"):
        shutil.copy(good / name, some_pictures)
    return [
        case("no films", "empty: holds no DICOM", "--dataset_dir", dataset_dir=folder / "empty"),
        case("no folder", "none: there is no such file or folder", "--dataset_dir", dataset_dir=folder / "none"),
        case("no weights", "none.pt: there is no such weights file", "train first", checkpoint=folder / "none.pt"),
        case("unreadable weights", "bad.pt: is not the file that bad.json beside it was written for", checkpoint=bad),
        case("not a radiograph", "1 of 1 films could not be read", "ct.dcm", dataset_dir=folder / "ct.dcm"),
        case("one truncated film", "1 of 3 films", "truncated.dcm", dataset_dir=some, output_dir=folder / "some"),
        case("no study", "bare.dcm (dicom_sr)", "log", dataset_dir=folder / "bare.dcm", outputs="['dicom_sr','json']"),
        case("unknown measurements", "'knee' is neither auto", "correct --measurements", measurements="knee"),
        case("unknown output", "outputs: 'pdf' is none of json, csv", "correct --outputs", outputs="['json','pdf']"),
        case("picture as SR", "2 outputs could not", "0.png (dicom_sr)", dataset_dir=some_pictures, outputs="dicom_sr"),
        case("nowhere to write", "cannot be written to", "choose a folder", output_dir=folder / "ct.dcm" / "out"),
        case("other landmarks", "model.pt: was trained on other landmarks", "hip", evaluate=True, dataset_dir=other),
        case("evaluate nothing", "none: there is no such folder", evaluate=True, dataset_dir=folder / "none"),
    ]
