# SPDX-License-Identifier: Apache-2.0
"""The content of `dataset.json`: films, splits and few-shot draws, and no film of the test among those learned from."""
