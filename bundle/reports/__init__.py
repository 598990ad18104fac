# SPDX-License-Identifier: Apache-2.0
"""What leaves the bundle: pictures, tables and the page of a run. Nothing below imports this package."""
