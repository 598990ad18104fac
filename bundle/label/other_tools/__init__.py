# SPDX-License-Identifier: Apache-2.0
"""Small files that other annotation programs run: each is called by its program, and by nothing here."""
