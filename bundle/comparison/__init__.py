# SPDX-License-Identifier: Apache-2.0
"""All methods on one data set: what is missing is trained, everything is measured, tabled, drawn and shown."""
