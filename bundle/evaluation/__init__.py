# SPDX-License-Identifier: Apache-2.0
"""Errors on labelled films as tables: by film and landmark, their agreement and their reliability."""
