# SPDX-License-Identifier: Apache-2.0
"""Which films of a pool to label first."""

from bundle.selection.choice import Chosen, choose_films
from bundle.selection.coverage import Coverage
from bundle.selection.descriptors import VALUES, describe
from bundle.selection.hardest import hardest

__all__ = ["VALUES", "Chosen", "Coverage", "choose_films", "describe", "hardest"]
