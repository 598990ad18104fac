# SPDX-License-Identifier: Apache-2.0
"""What a network found on a film: one record, from the network to every output and to the evaluation."""
