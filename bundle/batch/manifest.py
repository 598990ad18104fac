# SPDX-License-Identifier: Apache-2.0
"""The films that are asked for, one after the other: a table of their paths, a folder, or a search of an archive."""

from __future__ import annotations

import csv
import tempfile
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from bundle.batch.dicomweb import SCHEMES, ArchivedFilm, FoundFilms, Query
from bundle.errors import ConfigurationError, RadiographError
from bundle.films.film_files import judge_film
from bundle.films.folder_files import stream_files
from bundle.films.refusal import printable

PATH = "path"
"""The column of a manifest that names the films."""

_ROWS_AT_A_TIME = 10_000

Wanted = Callable[[str], bool]


class Entry(NamedTuple):
    """A film that is asked for.

    Attributes:
        path: Its path as the manifest gives it; of a folder, below that folder.
        file: The file.
        columns: What else the manifest says of it.
        refused: Why it is not read, if that is known.
        archived: Where an archive has it, if it is no file yet.
    """

    path: str
    file: Path
    columns: dict[str, Any]
    refused: str | None = None
    archived: ArchivedFilm | None = None

    @contextmanager
    def at_hand(self) -> Iterator[Entry]:
        """The film as a file: of an archive it is fetched, and removed afterwards.

        Raises:
            BundleError: the archive gives no answer.
        """
        if self.archived is None:
            yield self
            return
        with tempfile.TemporaryDirectory() as folder:
            try:
                fetched = self._replace(file=self.archived.fetch(Path(folder)))
            except RadiographError as error:
                fetched = self._replace(refused=str(error))
            yield fetched


class Manifest(ABC):
    """Films that are asked for.

    Attributes:
        base: Folder or service that its paths begin at.
        columns: The other columns of its rows.
        long_to_list: Whether it takes long to name them all.
    """

    base: str
    columns: pa.Schema = pa.schema([])
    long_to_list = False

    @abstractmethod
    def paths(self) -> Iterator[str]:
        """Yield every path, quickly: no film is looked at. In a folder some may be no films."""

    @abstractmethod
    def entries(self, wanted: Wanted) -> Iterator[Entry]:
        """Yield the films whose paths are wanted, as they are come upon; others are not looked at.

        Args:
            wanted: Is asked once for each path.
        """


class FilmFolder(Manifest):
    """All films of a folder and its subfolders, while it is still being listed, in the order of the disk.

    Args:
        source: The folder.
    """

    long_to_list = True

    def __init__(self, source: Path) -> None:
        self.source = source
        self.base = str(source.resolve())

    def paths(self) -> Iterator[str]:
        """Yield the files of the folder."""
        return (self._path(file) for file, _closed in stream_files(self.source))

    def entries(self, wanted: Wanted) -> Iterator[Entry]:
        """Yield films, and what looks like a film and is none that can be read, with the reason."""
        for file, closed in stream_files(self.source):
            path = self._path(file)
            if not wanted(path):
                continue
            is_film, reason = (False, closed) if closed is not None else judge_film(file, self.source)
            if is_film or reason is not None:
                yield Entry(path, file, {}, reason)

    def _path(self, file: Path) -> str:
        return printable(file.relative_to(self.source).as_posix())


class ArchiveSearch(Manifest):
    """What a DICOMweb archive finds, while it is still being asked.

    Args:
        address: Of the search, see `Query.parse`.

    Raises:
        ConfigurationError: the address is none of a search.
    """

    long_to_list = True

    def __init__(self, address: str) -> None:
        self.found = FoundFilms(Query.parse(address))
        self.base = self.found.query.service

    def paths(self) -> Iterator[str]:
        """Yield the paths of the films below the archive's service."""
        return self.found.paths()

    def entries(self, wanted: Wanted) -> Iterator[Entry]:
        """Yield the films that are found."""
        for path in self.paths():
            if wanted(path):
                yield Entry(path, Path(path), {}, archived=ArchivedFilm(self.base, path))


class TableManifest(Manifest):
    """A table of paths; relative ones begin at the folder of the table.

    Args:
        source: The table.
    """

    def __init__(self, source: Path) -> None:
        self.source = source
        self.base = str(source.parent.resolve())

    @abstractmethod
    def rows(self, only_paths: bool) -> Iterator[dict[str, Any]]:
        """Yield the rows, as columns by name."""

    def paths(self) -> Iterator[str]:
        """Yield the paths.

        Raises:
            ConfigurationError: a row has none.
        """
        for number, row in enumerate(self.rows(only_paths=True), 1):
            if not row[PATH]:
                raise ConfigurationError(f"{self.source}: row {number} has no {PATH}; write it, or take the row out")
            yield row[PATH]

    def entries(self, wanted: Wanted) -> Iterator[Entry]:
        """Yield the films of the rows."""
        for row in self.rows(only_paths=False):
            path = row.pop(PATH)
            if wanted(path):
                yield Entry(path, self.source.parent / path, row)


class CsvManifest(TableManifest):
    """A CSV file with a header; its other columns are kept as text.

    Raises:
        ConfigurationError: it cannot be read, or has no column of paths.
    """

    def __init__(self, source: Path) -> None:
        super().__init__(source)
        with self._open() as stream:
            self.header = self._next(csv.reader(stream)) or []
        _require_path(source, self.header)
        self.columns = pa.schema([(name, pa.string()) for name in self.header if name != PATH])

    def rows(self, only_paths: bool) -> Iterator[dict[str, Any]]:
        """Yield the rows.

        Raises:
            ConfigurationError: one of them cannot be read.
        """
        with self._open() as stream:
            reader = csv.reader(stream)
            self._next(reader)
            while (cells := self._next(reader)) is not None:
                if cells and len(cells) != len(self.header):
                    raise ConfigurationError(
                        f"{self.source}: line {reader.line_num} has {len(cells)} cells, its header {len(self.header)}; "
                        "correct the line, or put quotes around a cell with commas"
                    )
                if cells:
                    yield dict(zip(self.header, cells, strict=True))

    def _open(self) -> Any:
        return self.source.open(encoding="utf-8-sig", newline="")

    def _next(self, reader: Any) -> list[str] | None:
        try:
            return next(reader, None)
        except (csv.Error, UnicodeDecodeError) as error:
            raise ConfigurationError(f"{self.source}: is no CSV in UTF-8 ({error}); save it as such") from error


class ParquetManifest(TableManifest):
    """A Parquet file; its other columns are kept as they are.

    Raises:
        ConfigurationError: it cannot be read, or has no column of paths.
    """

    def __init__(self, source: Path) -> None:
        super().__init__(source)
        try:
            schema = pq.read_schema(source)
        except pa.ArrowInvalid as error:
            raise ConfigurationError(f"{source}: is no Parquet file ({str(error).splitlines()[0]})") from error
        _require_path(source, schema.names)
        kind = schema.field(PATH).type
        if not (pa.types.is_string(kind) or pa.types.is_large_string(kind)):
            raise ConfigurationError(f"{source}: column {PATH} holds {kind}, not text; write paths into it")
        self.columns = pa.schema([field for field in schema.remove_metadata() if field.name != PATH])

    def rows(self, only_paths: bool) -> Iterator[dict[str, Any]]:
        """Yield the rows."""
        with pq.ParquetFile(self.source) as file:
            names = [PATH] if only_paths else [PATH, *self.columns.names]
            for batch in file.iter_batches(_ROWS_AT_A_TIME, columns=names):
                yield from batch.to_pylist()


def open_manifest(words: str) -> Manifest:
    """Open a search of an archive by its address, a folder, or a table by the suffix of its name.

    Raises:
        ConfigurationError: there is none, or it is no table of films.
    """
    if words.startswith(SCHEMES):
        return ArchiveSearch(words)
    source = Path(words)
    if source.is_dir():
        return FilmFolder(source)
    kinds = {".csv": CsvManifest, ".parquet": ParquetManifest}
    if not source.is_file():
        raise ConfigurationError(f"{source}: there is no such file or folder; correct MANIFEST")
    if source.suffix.lower() not in kinds:
        raise ConfigurationError(f"{source}: is neither a folder nor named .csv or .parquet; rename or convert it")
    try:
        return kinds[source.suffix.lower()](source)
    except OSError as error:
        raise ConfigurationError(f"{source}: cannot be read ({error.strerror}); give the right to read it") from error


def _require_path(source: Path, names: list[str]) -> None:
    if PATH not in names:
        raise ConfigurationError(f"{source}: has no column {PATH}, only {', '.join(names) or 'none'}; rename one")
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise ConfigurationError(f"{source}: has more than one column {', '.join(twice)}; rename one")
