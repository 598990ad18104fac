# SPDX-License-Identifier: Apache-2.0
"""A trained model as a bundle to share: a clean folder in the form of MONAI's model zoo."""
