# SPDX-License-Identifier: Apache-2.0
"""Synthetic radiographs: X-ray projections of parametric 3-D anatomies, with exactly known landmarks."""
