# SPDX-License-Identifier: Apache-2.0
"""Transforms that carry landmarks along with the image, in MONAI's dictionary form."""

from bundle.transforms.learned_landmarks import LearnedLandmarksd
from bundle.transforms.letterbox import Letterboxd
from bundle.transforms.mean_shape import mean_shape
from bundle.transforms.normalised_landmarks import NormaliseLandmarksd, RestoreLandmarksd, RestoreLengthsd
from bundle.transforms.preprocessing import Preprocessing
from bundle.transforms.rand_deform import RandDeformd
from bundle.transforms.rand_flip_pairs import RandFlipPairsd

__all__ = [
    "LearnedLandmarksd",
    "Letterboxd",
    "NormaliseLandmarksd",
    "Preprocessing",
    "RandDeformd",
    "RandFlipPairsd",
    "RestoreLandmarksd",
    "RestoreLengthsd",
    "mean_shape",
]
