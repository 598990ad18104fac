# SPDX-License-Identifier: Apache-2.0
"""DICOM films for the tests of the readers."""

from dicom_films import byte_film, patient, read_film, smooth_film, stored, study, write_film

__all__ = ["byte_film", "patient", "read_film", "smooth_film", "stored", "study", "write_film"]
