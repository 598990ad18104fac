# SPDX-License-Identifier: Apache-2.0
"""Clinical measurements: what a site's YAML file defines by landmark names, and its value on a film."""

from bundle.measurements.concept import Concept, side_of
from bundle.measurements.definition import Definition, definitions_sha256
from bundle.measurements.measured import Measured, measure
from bundle.measurements.registry import choose_measurements, find_body_parts

__all__ = [
    "Concept",
    "Definition",
    "Measured",
    "choose_measurements",
    "definitions_sha256",
    "find_body_parts",
    "measure",
    "side_of",
]
