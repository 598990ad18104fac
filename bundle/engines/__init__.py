# SPDX-License-Identifier: Apache-2.0
"""Engines: what joins data, networks and losses into training that can be stopped, resumed and explained."""

from bundle.engines.checkpoint import RunCheckpoint
from bundle.engines.convergence import ConvergenceReport
from bundle.engines.early_stop import EarlyStop
from bundle.engines.film_errors import FilmErrors
from bundle.engines.history import History
from bundle.engines.landmarks import known_landmarks
from bundle.engines.progress import Progress
from bundle.engines.run_identity import RunFolder
from bundle.engines.run_record import record_run
from bundle.engines.seeding import EpochSeed
from bundle.engines.semi_supervised import SemiSupervisedTrainer
from bundle.engines.stage_two import StageTwoCheckpoint, start_stage_two, two_networks
from bundle.engines.supervised import supervised_iteration
from bundle.engines.tensorboard import TensorBoard
from bundle.engines.warm_up import LearnTemplates, ReportUnreadable, WarmUpTrainer, warmed_up
from bundle.engines.weights import read_card, read_weights, set_landmarks

__all__ = [
    "ConvergenceReport",
    "EarlyStop",
    "EpochSeed",
    "FilmErrors",
    "History",
    "LearnTemplates",
    "Progress",
    "ReportUnreadable",
    "RunCheckpoint",
    "RunFolder",
    "SemiSupervisedTrainer",
    "StageTwoCheckpoint",
    "TensorBoard",
    "WarmUpTrainer",
    "known_landmarks",
    "read_card",
    "read_weights",
    "record_run",
    "set_landmarks",
    "start_stage_two",
    "supervised_iteration",
    "two_networks",
    "warmed_up",
]
