# SPDX-License-Identifier: Apache-2.0
"""Transforms that carry landmarks along with the image, in MONAI's dictionary form."""

from bundle.transforms.learned_landmarks import LearnedLandmarksd
from bundle.transforms.letterbox import Letterboxd
from bundle.transforms.mean_shape import mean_shape
from bundle.transforms.normalise_landmarks import NormaliseLandmarksd
from bundle.transforms.preprocessing import Preprocessing
from bundle.transforms.rand_deform import RandDeformd
from bundle.transforms.restore_landmarks import RestoreLandmarksd
from bundle.transforms.restore_lengths import RestoreLengthsd

__all__ = [
    "LearnedLandmarksd",
    "Letterboxd",
    "NormaliseLandmarksd",
    "Preprocessing",
    "RandDeformd",
    "RestoreLandmarksd",
    "RestoreLengthsd",
    "mean_shape",
]
