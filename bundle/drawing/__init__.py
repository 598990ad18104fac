# SPDX-License-Identifier: Apache-2.0
"""Pictures: landmarks on films, charts and the schematic of a shape."""
