# SPDX-License-Identifier: Apache-2.0
"""Films and predictions for people who label in another program, which `python -m bundle import` takes back."""
