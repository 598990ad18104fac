# SPDX-License-Identifier: Apache-2.0
"""The annotation formats that can be imported, by the name that the command line gives them."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from bundle.importers.annotations import Annotations
    from bundle.importers.first_look import FirstLook


class Format(NamedTuple):
    """An annotation format.

    Attributes:
        reader: The function that reads it, as `module:function`; the module also has a function `recognise`.
        source: What it reads, for the help.
        example: Words of a command that imports it.
        suffixes: How its files end.
    """

    reader: str
    source: str
    example: str
    suffixes: tuple[str, ...]

    def load(self) -> Callable[[Path, Path | None, tuple[str, ...] | None], Annotations]:
        """The function that reads it, imported only when it is needed."""
        module, function = self.reader.split(":")
        return getattr(importlib.import_module(f"bundle.importers.{module}"), function)

    def recognise(self, look: FirstLook) -> str | None:
        """Why a source is certainly of this format, or None."""
        module, _ = self.reader.split(":")
        return importlib.import_module(f"bundle.importers.{module}").recognise(look)


ANNOTATION_FORMATS = {
    "csv": Format(
        "landmark_csv:read_csv",
        "table of image,spacing_mm,x1,y1,… or another header, or id,x0,y0,… without one",
        "csv landmarks.csv --out data/ceph --landmark_set cephalogram",
        (".csv", ".tsv", ".txt"),
    ),
    "coco": Format(
        "coco:read_coco",
        "JSON file of COCO keypoints, as CVAT, Roboflow and Label Studio write it too",
        "coco person_keypoints.json --images photos --out data/hand",
        (".json",),
    ),
    "labelme": Format(
        "labelme:read_labelme",
        "folder of LabelMe JSON files, one an image, of shapes of type point",
        "labelme annotations --images films --out data/hip",
        (".json",),
    ),
    "slicer": Format(
        "slicer:read_slicer",
        "folder of 3D Slicer Markups NAME.mrk.json or NAME.fcsv, one an image NAME",
        "slicer markups --images films --out data/pelvis",
        (".mrk.json", ".fcsv"),
    ),
    "isbi": Format(
        "isbi:read_isbi",
        "folder of the ISBI 2014/2015 cephalogram text files of one reader",
        "isbi 400_senior 400_junior --images RawImage --out data/ceph",
        (".txt",),
    ),
    "aasce": Format(
        "aasce:read_aasce",
        "folder of the AASCE 2019 (SpineWeb 16) filenames.csv and landmarks.csv, or of its NAME.jpg.mat",
        "aasce labels --images data --out data/spine",
        (".csv", ".mat"),
    ),
    "cl-detection": Format(
        "cl_detection:read_cl_detection",
        "folder of the CL-Detection 2023 train_stack.mha and train-gt.json",
        "cl-detection CL-Detection2023 --out data/ceph38",
        (".json", ".mha"),
    ),
    "cvat": Format(
        "cvat:read_cvat",
        "XML file of 'CVAT for images 1.1': points, polylines and skeletons",
        "cvat annotations.xml --images films --out data/hip",
        (".xml",),
    ),
    "label-studio": Format(
        "label_studio:read_label_studio",
        "JSON or JSON-MIN file of Label Studio's KeyPointLabels",
        "label-studio project-1.json --images films --out data/hip",
        (".json",),
    ),
    "via": Format(
        "via:read_via",
        "JSON, project or CSV file of VGG Image Annotator, regions of shape point",
        "via via_project.json --images films --out data/hip",
        (".json", ".csv"),
    ),
    "yolo": Format(
        "yolo:read_yolo",
        "data.yaml of YOLO-pose, with images and labels in its folders",
        "yolo data.yaml --out data/hip",
        (".yaml", ".yml"),
    ),
    "imagej": Format(
        "imagej:read_imagej",
        "folder of ImageJ or Fiji point selections NAME.roi, NAME.zip, or tables of results NAME.csv",
        "imagej selections --images films --out data/hip",
        (".roi", ".zip", ".csv"),
    ),
    "deeplabcut": Format(
        "deeplabcut:read_deeplabcut",
        "CSV file of DeepLabCut, such as CollectedData_NAME.csv",
        "deeplabcut CollectedData_me.csv --images films --out data/hip",
        (".csv",),
    ),
    "tps": Format(
        "tps:read_tps",
        "TPS file of tpsDig",
        "tps skulls.tps --images films --out data/skull",
        (".tps",),
    ),
    "sr": Format(
        "report:read_report",
        "folder of DICOM structured reports (TID 1500), our own or as a viewer saved them corrected",
        "sr reports --images study --out data/pelvis",
        (".dcm",),
    ),
}
