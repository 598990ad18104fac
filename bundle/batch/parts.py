# SPDX-License-Identifier: Apache-2.0
"""The rows of a shard on disk: Parquet files that are written whole, and which films have theirs already."""

from __future__ import annotations

import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from bundle.batch.manifest import PATH
from bundle.batch.rows import MODEL, model_columns
from bundle.batch.shard import Shard, count_of_name, path_digest
from bundle.errors import ConfigurationError
from bundle.files import write_whole
from bundle.results.film_result import Model

MOST_ROWS = 2000
MOST_SECONDS = 300.0
"""After which a part is written; a process that is killed has the films of its unwritten part to do again."""


class Parts:
    """Files of rows.

    Args:
        folder: Where they lie, beside those of other shards.
        shard: Whose they are.
        schema: Columns of the rows.

    Raises:
        ConfigurationError: the folder holds rows that do not go with these.
    """

    def __init__(self, folder: Path, shard: Shard, schema: pa.Schema) -> None:
        self.folder, self.shard, self.schema = folder, shard, schema
        self._require_same_shards()
        self._files = sorted(folder.glob(f"{shard.stem}-part-*.parquet"))
        for file in self._files:
            if not _read_schema(file).equals(schema):
                raise ConfigurationError(
                    f"{file}: holds other columns, of another manifest, version or option; choose another --out"
                )
        self._next = int(self._files[-1].stem.rpartition("-")[2]) + 1 if self._files else 1
        self._rows: list[dict[str, Any]] = []
        self._begun = time.monotonic()

    def done(self, model: Model) -> Iterator[bytes]:
        """Yield the digests of the paths that have their row of a model."""
        columns = model_columns(model)
        wanted = tuple(columns[name] for name in MODEL)
        for file in self._files:
            for batch in pq.ParquetFile(file).iter_batches(columns=[PATH, *MODEL]):
                for path, *of_row in zip(*(batch.column(name).to_pylist() for name in (PATH, *MODEL)), strict=True):
                    if tuple(of_row) == wanted:
                        yield path_digest(path)

    def add(self, rows: list[dict[str, Any]]) -> None:
        """Take rows in, and write a part when it is full.

        Raises:
            StorageError: the disk takes no more.
        """
        if not self._rows:
            self._begun = time.monotonic()
        self._rows += rows
        if len(self._rows) >= MOST_ROWS or time.monotonic() - self._begun >= MOST_SECONDS:
            self.write()

    def write(self) -> None:
        """Write the rows that are not yet written.

        Raises:
            ConfigurationError: another job writes other shards here.
            StorageError: the disk takes no more.
        """
        if not self._rows:
            return
        self._require_same_shards()  # of a job that began meanwhile
        table = pa.Table.from_pylist(self._rows, self.schema)
        file = self.folder / f"{self.shard.stem}-part-{self._next:06}.parquet"
        write_whole(file, partial(pq.write_table, table, compression="zstd"))
        self._rows, self._next = [], self._next + 1

    def _require_same_shards(self) -> None:
        counts = {count_of_name(file.name) for file in self.folder.glob("*.parquet")} - {None, self.shard.count}
        if others := sorted(filter(None, counts)):
            raise ConfigurationError(
                f"{self.folder}: holds films in {others[0]} shards, not in {self.shard.count}; "
                f"give --shard I/{others[0]}, or another --out"
            )


def _read_schema(file: Path) -> pa.Schema:
    try:
        return pq.read_schema(file)
    except (pa.ArrowInvalid, OSError) as error:
        raise ConfigurationError(f"{file}: cannot be read; remove it, and its films are done again") from error
