# SPDX-License-Identifier: Apache-2.0
"""The labelling loop: films in a browser, labels that are never lost, a model that learns from them."""
