# SPDX-License-Identifier: Apache-2.0
"""Reading one film: DICOM, pictures, NIfTI and MetaImage as grey levels `[1, X, Y]` with their pixel spacing."""

import logging
import warnings

# pydicom both logs and warns, and quotes damaged elements, which may name the patient; its import sets its own level
logging.getLogger("pydicom").addFilter(lambda record: record.levelno >= logging.ERROR)
warnings.filterwarnings("ignore", module="pydicom")
warnings.filterwarnings("ignore", module="PIL")  # of damaged tags, and of sizes, which are limited here
