# SPDX-License-Identifier: Apache-2.0
"""DICOM results: structured report, presentation state and secondary capture of a film's landmarks."""
