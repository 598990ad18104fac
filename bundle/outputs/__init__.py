# SPDX-License-Identifier: Apache-2.0
"""What inference leaves of a film: the files of its result, from JSON to 3D Slicer and DICOM."""
