# SPDX-License-Identifier: Apache-2.0
"""Finding a film under the name it had before an annotation tool stored it under a name of its own."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from bundle.importers.image_folder import ImageFolder

# Label Studio: eight hexadecimal digits before the name; Roboflow: the suffix in the name, then a hash.
_UPLOAD = re.compile(r"^[0-9a-f]{8}-(?=.)")
_ROBOFLOW = re.compile(r"^(?P<stem>.+)_(?P<suffix>png|jpe?g|tiff?|bmp)\.rf\.[0-9A-Za-z]+\.\w+$", re.IGNORECASE)


def find_film(folder: ImageFolder, reference: str, where: str, beside: Path = Path()) -> Path:
    """Find the film that an annotation names by a path, a URL, or the name that a tool stored it under.

    The name as it stands is looked for first. A film under its own name is taken only where there is none under the
    tool's.

    Raises:
        DatasetError: no film or more than one fits.
    """
    names = original_names(reference)
    for name in names[:-1]:
        if folder.has(name):
            return folder.find(name, where, beside)
    return folder.find(names[-1], where, beside)


def original_names(reference: str) -> list[str]:
    """Names that a film may lie under, the likeliest first.

    `/data/upload/3/8f3a2b1c-hip.png` is `8f3a2b1c-hip.png`, or `hip.png`; `/data/local-files/?d=films/hip.png` is
    `films/hip.png`; Roboflow's `hip_png.rf.4f2a.jpg` is itself, or `hip.png`.
    """
    path = _path(reference)
    folder, _, name = path.replace("\\", "/").rpartition("/")
    names = [path]
    if _UPLOAD.match(name):
        names.append(_UPLOAD.sub("", name))
    roboflow = _ROBOFLOW.match(name)
    if roboflow:
        names.append(f"{folder}/{roboflow['stem']}.{roboflow['suffix']}".lstrip("/"))
    return names


def _path(reference: str) -> str:
    try:
        url = urlsplit(reference)
    except ValueError:
        return reference
    local = parse_qs(url.query).get("d") if "?d=" in reference else None
    if local:
        return local[0].lstrip("/")
    if reference.startswith("/data/") or len(url.scheme) > 1:
        return unquote(url.path).rpartition("/")[2] or reference
    return reference
