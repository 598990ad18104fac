# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bundle.batch.shard import Shard, count_of_name, path_digest
from bundle.errors import ConfigurationError


@given(st.text(), st.integers(1, 300))
def test_every_path_is_in_one_shard(path: str, count: int):
    holding = [number for number in range(1, count + 1) if Shard(number, count).holds(path_digest(path))]
    assert len(holding) == 1


def test_other_files_are_of_no_shard():
    assert count_of_name("films.parquet") is None


def test_shards_are_nearly_equal():
    digests = [path_digest(f"films/{index}.dcm") for index in range(10_000)]
    sizes = [sum(map(Shard(number, 10).holds, digests)) for number in range(1, 11)]
    assert sum(sizes) == 10_000 and max(sizes) - min(sizes) < 200


@given(st.integers(1, 99_999), st.data())
def test_a_shard_is_read_as_it_is_written(count: int, data: st.DataObject):
    number = data.draw(st.integers(1, count))
    shard = Shard.parse(f"{number}/{count}")
    assert (shard.number, shard.count) == (number, count)
    assert count_of_name(f"{shard.stem}-part-000001.parquet") == count


@pytest.mark.parametrize("text", ["0/3", "4/3", "3", "1/0", "a/b", "-1/3", "1/3/5", ""])
def test_what_is_no_shard_is_told(text: str):
    with pytest.raises(ConfigurationError, match="write 3/100"):
        Shard.parse(text)
