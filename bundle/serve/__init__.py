# SPDX-License-Identifier: Apache-2.0
"""The worker beside a PACS: films come from an Orthanc or a folder, each leaves with results or a recorded reason."""
