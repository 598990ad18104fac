# SPDX-License-Identifier: Apache-2.0
"""Films and their landmarks on disk: `dataset.json`, few-shot draws, importers, radiograph reading, synthetic films."""

import logging
import warnings

# pydicom both logs and warns, and quotes damaged elements, which may name the patient; its import sets its own level
logging.getLogger("pydicom").addFilter(lambda record: record.levelno >= logging.ERROR)
warnings.filterwarnings("ignore", module="pydicom")
