# SPDX-License-Identifier: Apache-2.0
"""Films on their way into training: caches, samplers, batches that mix labelled and unlabelled films."""
