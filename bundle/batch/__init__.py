# SPDX-License-Identifier: Apache-2.0
"""Films by the million: from a manifest or a folder to rows in Parquet, in shards that may be killed."""
