# SPDX-License-Identifier: Apache-2.0
"""Few-shot landmark localization for radiographs: the Python that the bundle's configs name."""

__version__ = "0.1.0"
