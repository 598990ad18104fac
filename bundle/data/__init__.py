# SPDX-License-Identifier: Apache-2.0
"""Films and their landmarks on disk: `dataset.json`, few-shot draws, importers, radiograph reading, synthetic films."""
