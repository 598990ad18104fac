# SPDX-License-Identifier: Apache-2.0
"""Readers of landmarks in the formats of other programs and challenges, one format a module."""
