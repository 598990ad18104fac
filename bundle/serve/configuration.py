# SPDX-License-Identifier: Apache-2.0
"""The configuration of a node, `node.yaml`: its sections as they are typed, and their defaults."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field


def _as_list(value: object) -> object:
    return [value] if isinstance(value, str) else value


Patterns = Annotated[tuple[Annotated[str, Field(min_length=1)], ...], BeforeValidator(_as_list)]
"""Texts in which * stands for anything; one alone needs no list."""


class Section(BaseModel):
    """A section, in which unknown fields are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class OrthancSection(Section):
    """How to speak to the Orthanc that receives the films.

    Attributes:
        url: Of its REST interface.
        user: That Orthanc knows; None where it asks for none.
        password_file: Whose first line is the user's password.
        certificate_authority: PEM file of who signed Orthanc's certificate; None for those of the system.
        client_certificate: PEM file by which the worker shows who it is.
        client_key: PEM file of its key.
    """

    url: Annotated[str, Field(pattern=r"^https?://[^/\s]+(/\S*)?$")]
    user: str | None = None
    password_file: Path | None = None
    certificate_authority: Path | None = None
    client_certificate: Path | None = None
    client_key: Path | None = None


class DestinationSection(Section):
    """Where results go; one of both.

    Attributes:
        modality: Name of a DICOM node in Orthanc's `DicomModalities`.
        dicomweb: Name of a server in Orthanc's `DicomWeb.Servers`.
    """

    modality: str | None = None
    dicomweb: str | None = None


class FolderSection(Section):
    """Folders instead of an Orthanc.

    Attributes:
        films: That films are copied into; it is never written to.
        results: That results are written to.
        settle_seconds: How long a file has to stay as it is before it is taken for complete.
    """

    films: Path
    results: Path
    settle_seconds: Annotated[float, Field(ge=0)] = 5


class DeidentifySection(Section):
    """That films and results leave without their patient.

    Attributes:
        seed_file: Whose first line is the secret from which pseudonyms, UIDs and dates follow; its owner's alone.
    """

    seed_file: Path


class ModelSection(Section):
    """A model.

    Attributes:
        weights: Folder of `bundle train`, or a weights file.
        sha256: Of the weights file in hexadecimal, so that no other one is used by mistake.
    """

    weights: Path
    sha256: str


class RuleSection(Section):
    """Which films a model is for; all conditions that are given must hold.

    Attributes:
        model: Its name under `models`.
        modality: Modality (0008,0060).
        body_part: BodyPartExamined (0018,0015).
        view: ViewPosition (0018,5101).
        sop_class: SOPClassUID (0008,0016), or its keyword such as DigitalXRayImageStorageForPresentation.
        study_description: StudyDescription (0008,1030).
        series_description: SeriesDescription (0008,103E).
    """

    model: str
    modality: Patterns | None = None
    body_part: Patterns | None = None
    view: Patterns | None = None
    sop_class: Patterns | None = None
    study_description: Patterns | None = None
    series_description: Patterns | None = None


class LimitsSection(Section):
    """When to wait, and when to give a film up.

    Attributes:
        batch: Films at a time.
        tries: How often a film may fail or end the worker before it is put into quarantine.
        retry_seconds: How long to wait after a first failure; twice as long after each further one, 10 minutes at most.
        outbox: Films with undelivered results, at which no new film is taken.
        free_gigabytes: Free space on the disk of the state folder, below which no new film is taken.
        poll_seconds: How often to ask for new films where there are none.
        send_seconds: How long Orthanc may take to send the results of one film.
    """

    batch: Annotated[int, Field(ge=1)] = 4
    tries: Annotated[int, Field(ge=1)] = 3
    retry_seconds: Annotated[float, Field(gt=0)] = 10
    outbox: Annotated[int, Field(ge=1)] = 1000
    free_gigabytes: Annotated[float, Field(ge=0)] = 2
    poll_seconds: Annotated[float, Field(gt=0)] = 2
    send_seconds: Annotated[float, Field(gt=0)] = 60


class StatusSection(Section):
    """Where health, metrics and the status page are served.

    Attributes:
        address: To listen on.
        port: To listen on; 0 for any that is free.
    """

    address: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 8080


class Inference(Section):
    """What films are answered by, and with.

    Attributes:
        models: By name.
        rules: The first one that a film fits chooses its model.
        outputs: What to make of a film.
        device: Where to compute, `cpu` or `cuda`; None for a GPU where there is one.
    """

    models: Annotated[dict[str, ModelSection], Field(min_length=1)]
    rules: Annotated[tuple[RuleSection, ...], Field(min_length=1)]
    outputs: Annotated[tuple[str, ...], Field(min_length=1)] = ("dicom_sr",)
    device: str | None = None


class Node(Inference):
    """A node.

    Attributes:
        state: Folder of the ledger, the audit and the films at work; on a local disk.
        orthanc: Where films come from; or `folder`.
        destination: Where the results go from Orthanc; the word `none` where they stay in it.
        folder: Where films come from and results go to, without an Orthanc.
        deidentify: How films are de-identified before anything else; None where they stay as they are.
        keep_days: After how many days a film that is done, and its results, are removed from Orthanc; None for never.
        limits: See there.
        status: See there.
    """

    state: Path
    orthanc: OrthancSection | None = None
    destination: DestinationSection | Literal["none"] | None = None
    folder: FolderSection | None = None
    deidentify: DeidentifySection | None = None
    keep_days: Annotated[float, Field(gt=0)] | None = None
    limits: LimitsSection = LimitsSection()
    status: StatusSection = StatusSection()
