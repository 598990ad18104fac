# SPDX-License-Identifier: Apache-2.0
"""The verbs of `python -m bundle`, one a module with `add_arguments(parser)` and `run(arguments)`."""
