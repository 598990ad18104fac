# SPDX-License-Identifier: Apache-2.0
"""Teachers: each is an answer to who gives the pseudo ground truth of an unlabelled film."""

from bundle.engines.teachers.confident_pseudo_label import ConfidentPseudoLabel
from bundle.engines.teachers.film_memory import FilmMemory
from bundle.engines.teachers.mean_teacher import MeanTeacher
from bundle.engines.teachers.median_memory import MedianMemory
from bundle.engines.teachers.multi_view import MultiView
from bundle.engines.teachers.pi_model import PiModel
from bundle.engines.teachers.pseudo_label import PseudoLabel
from bundle.engines.teachers.shape_memory import ShapeMemory
from bundle.engines.teachers.teacher import PseudoGroundTruth, Teacher
from bundle.engines.teachers.template_teacher import TemplateTeacher
from bundle.engines.teachers.temporal_ensemble import TemporalEnsemble
from bundle.engines.teachers.window_teacher import WindowTeacher

__all__ = [
    "ConfidentPseudoLabel",
    "FilmMemory",
    "MeanTeacher",
    "MedianMemory",
    "MultiView",
    "PiModel",
    "PseudoGroundTruth",
    "PseudoLabel",
    "ShapeMemory",
    "Teacher",
    "TemplateTeacher",
    "TemporalEnsemble",
    "WindowTeacher",
]
