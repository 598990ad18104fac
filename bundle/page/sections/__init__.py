# SPDX-License-Identifier: Apache-2.0
"""The sections of a run's page: a template each, and a module of the same name where its values take computing."""
