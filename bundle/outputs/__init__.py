# SPDX-License-Identifier: Apache-2.0
"""What inference leaves of a film: the prediction record, and its files from JSON to 3D Slicer and DICOM."""
