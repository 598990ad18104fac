# SPDX-License-Identifier: Apache-2.0
"""Films and their landmarks on disk: `dataset.json`, few-shot draws, importers, radiograph reading, synthetic films."""

import logging

# pydicom's warnings quote damaged elements, which may name the patient; it sets the level of its logger when imported
logging.getLogger("pydicom").addFilter(lambda record: record.levelno >= logging.ERROR)
