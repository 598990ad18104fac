# SPDX-License-Identifier: Apache-2.0
"""The labelling loop behind MONAI Label: its clients and the page work in one study."""

import sys
from types import ModuleType

# MONAI Label imports it for DICOM SEG, which is not made here, and no release of it can be imported beside pydicom 3.
sys.modules.setdefault("pydicom_seg", ModuleType("pydicom_seg"))
