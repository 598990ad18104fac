# SPDX-License-Identifier: Apache-2.0
"""Engines: what joins data, networks and losses into training that can be stopped, resumed and explained."""

from bundle.engines.core_share import CoreShare
from bundle.engines.landmark_trainer import LandmarkTrainer
from bundle.engines.landmarks import known_landmarks
from bundle.engines.model_card import training_card
from bundle.engines.run_identity import RunFolder
from bundle.engines.semi_supervised import SemiSupervisedTrainer
from bundle.engines.shared_trainer import SharedTrainer
from bundle.engines.stage_two import StageTwoRun
from bundle.engines.tensorboard import TensorBoard
from bundle.engines.training_run import TrainingRun
from bundle.engines.validator import Validator
from bundle.engines.warm_up import WarmUpTrainer, warm_up_sha256, warmed_up, warmed_up_windows
from bundle.engines.weights import read_weights
from bundle.engines.window_warm_up import WindowWarmUpTrainer
from bundle.engines.windows_run import TaughtWindowsRun, WindowsRun

__all__ = [
    "CoreShare",
    "LandmarkTrainer",
    "RunFolder",
    "SemiSupervisedTrainer",
    "SharedTrainer",
    "StageTwoRun",
    "TaughtWindowsRun",
    "TensorBoard",
    "TrainingRun",
    "Validator",
    "WarmUpTrainer",
    "WindowWarmUpTrainer",
    "WindowsRun",
    "known_landmarks",
    "read_weights",
    "training_card",
    "warm_up_sha256",
    "warmed_up",
    "warmed_up_windows",
]
