"""Tables in files: SQLite, Parquet, dBASE; rows in pieces of five hundred with the names of their columns."""

from __future__ import annotations

import importlib.util
import re
import sqlite3
import struct
from io import BytesIO
from itertools import islice
from typing import TYPE_CHECKING, Any, BinaryIO, Final, NamedTuple

from morasanu.extract.interface import Member, Piece
from morasanu.extract.leftover import carve, read_leftover
from morasanu.extract.legacy.compound import decode_narrow
from morasanu.extract.reason import refuse, unread
from morasanu.extract.recognise import recognise

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from morasanu.extract.interface import Extracted, Extractor, Task

_ROWS: Final = 500
_MAX_SQLITE_BYTES: Final = 160_000_000  # it stands in memory twice for a moment
_MAX_CELL_BYTES: Final = 64_000_000
_STEP: Final = 10_000
_MAX_STEPS: Final = 5_000  # of _STEP instructions for a piece: a hundred times what honest rows need
_GENERATED: Final = frozenset((2, 3))
_ALLOWED: Final = frozenset((sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ))
_PROBABLE: Final = re.compile(
    "[\t\r\n -~\u00a0-\u00ff\u2010-\u22ff\u2460-\u25ff\u3000-\u30ff\u3200-\u33ff\u4e00-\u9fff\uf900-\ufaff\uff01-\uff9f\U00020000-\U0002ffff]+"
)
_MEMO: Final = frozenset("MGPBW")
_CODE_PAGES: Final = {
    0x01: "cp437", 0x02: "cp850", 0x03: "cp1252", 0x13: "cp932", 0x57: "cp1252", 0x64: "cp852", 0x65: "cp866",
    0x4D: "cp936", 0x4E: "cp949", 0x4F: "cp950", 0x7A: "cp936", 0x79: "cp949", 0x78: "cp950", 0x7B: "cp932",
    0xC8: "cp1250", 0xC9: "cp1251",
}  # fmt: skip


class Table(NamedTuple):
    """What is made of rows: the pieces' part in front, the columns, and how a cell becomes text."""

    part: str
    columns: tuple[str, ...]


class SqliteExtractor:
    """Reads SQLite databases from memory; nothing that the schema defines beside plain tables is run."""

    formats = ("sqlite",)

    def missing(self) -> str:
        """Return nothing: SQLite comes with Python."""
        return ""

    def extract(self, file: BinaryIO, task: Task) -> Iterator[Extracted]:
        """Yield the rows of each table, then what deleted ones have left. Raises InspectError MRS-X-021 and, when too large, MRS-X-022."""
        limit = min(_MAX_SQLITE_BYTES, task.limits.member_bytes)
        data = bytearray(file.read(limit + 1))
        if len(data) > limit:
            raise refuse("MRS-X-022", "bytes")
        is_cut = _mend_header(data)
        connection = sqlite3.connect(":memory:", isolation_level=None)
        try:
            tables = _open_database(connection, data)
            del data
            yield from _read_schema(connection)
            for name, columns in tables:
                yield from _read_sqlite_table(connection, name, columns, task)
        finally:
            connection.close()
        file.seek(0)
        yield from read_leftover(file.read(limit))
        if is_cut:
            yield unread("MRS-X-021")


class ParquetExtractor:
    """Reads Parquet, Arrow (Feather) and ORC with pyarrow, batch by batch."""

    formats = ("parquet", "arrow", "orc")

    def missing(self) -> str:
        """Return `table` when pyarrow is not installed."""
        return "" if importlib.util.find_spec("pyarrow") else "table"

    def extract(self, file: BinaryIO, task: Task) -> Iterator[Extracted]:
        """Yield the rows. Raises InspectError MRS-X-020 (encrypted) and MRS-X-021 (its footer stands at its end)."""
        file.seek(max(file.seek(0, 2) - 4, 0))
        if file.read(4) == b"PARE":
            raise refuse("MRS-X-020")
        file.seek(0)
        head = file.read(4)
        file.seek(0)
        try:
            schema, batches = _OPENERS.get(head[:3], _open_parquet)(file)
        except Exception as error:
            raise refuse("MRS-X-021") from error
        yield from _read_notes(schema)
        yield from _split(Table("rows", tuple(schema.names)), _list_rows(batches), task)


class DbfExtractor:
    """Reads dBASE tables, rows marked as deleted too; their memo files lie elsewhere."""

    formats = ("dbf",)

    def missing(self) -> str:
        """Return nothing: the reader is our own."""
        return ""

    def extract(self, file: BinaryIO, task: Task) -> Iterator[Extracted]:
        """Yield the rows. Raises InspectError MRS-X-021 when the head describes no table."""
        head = file.read(32)
        if len(head) < 32:
            raise refuse("MRS-X-021")
        count, head_bytes, row_bytes = struct.unpack_from("<IHH", head, 4)
        decode = _decoder(_CODE_PAGES.get(head[29], ""))
        fields = _read_fields(file.read(max(head_bytes - 32, 0)), decode)
        if not fields or row_bytes < 2:
            raise refuse("MRS-X-021")
        file.seek(head_bytes)
        rows = _DbfRows(file, row_bytes, fields, decode)
        table = Table("rows", tuple(field.name for field in fields))
        yield from _split(table, rows, task)
        if rows.count < count:
            yield unread("MRS-X-021", f"rows {rows.count + 1}-{count}")
        for field in fields:
            if field.kind in _MEMO and rows.has_memo:
                yield unread("MRS-X-005", f"column {field.name}", "dbf memo: in the dbt or fpt file")


def _split(table: Table, rows: Iterable[Sequence[object]], task: Task) -> Iterator[Extracted]:
    """Yield `rows` in pieces, files in cells as members, and where reading broke or a limit came an `Unread`."""
    header = "\t".join(_one_line(name) for name in table.columns)
    first, total = 1, 0
    iterator = iter(rows)
    while True:
        lines: list[str] = []
        failure = ""
        members: list[Member] = []
        try:
            for row in islice(iterator, _ROWS):
                place = f"{table.part.removesuffix('s')} {first + len(lines)}"
                lines.append("\t".join(_write_cell(value, place, members) for value in row))
        except Exception as error:  # noqa: BLE001 - damage comes as any error of SQLite and Arrow
            failure = (
                "MRS-X-022"
                if isinstance(error, sqlite3.OperationalError) and "interrupt" in str(error)
                else "MRS-X-021"
            )
        if lines:
            text = "".join(f"{line}\n" for line in lines)
            total += len(text)
            yield Piece(f"{table.part} {first}-{first + len(lines) - 1}", text, header)
        yield from members
        first += len(lines)
        if failure:
            yield unread(failure, f"{table.part} {first}-", "steps")
        elif total > task.limits.total_bytes:
            yield unread("MRS-X-022", f"{table.part} {first}-", "bytes")
        elif len(lines) == _ROWS:
            continue
        return


def _write_cell(value: object, place: str, members: list[Member]) -> str:
    if isinstance(value, bytes):
        if recognise(BytesIO(value), ""):
            members.append(Member(place, "cell", value))
            return ""
        value = _read_blob(value)
    return "" if value is None else _one_line(str(value))


def _read_blob(value: bytes) -> str:
    """Return the text of bytes that are no file; of bytes that are no text either, what text stands among them."""
    if text := _decode_wide(value):
        return text
    if not value.translate(None, bytes((9, 10, 13, *range(32, 256)))):
        return _decode_text(value)
    return " ".join(carve(value))


def _decode_wide(value: bytes) -> str:
    """Return the text of bytes that are UTF-16 through and through, with ASCII or kana in it, `""` of others."""
    high = value[1::2]
    if len(value) % 2 or value.isascii() and b"\0" not in value or 4 * (high.count(0) + high.count(0x30)) < len(high):
        return ""
    text = value.removeprefix(b"\xff\xfe").decode("utf-16-le", "replace").strip("\0")
    return text if _PROBABLE.fullmatch(text) else ""


def _decode_text(data: bytes) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return decode_narrow(data)


def _one_line(text: str) -> str:
    return " ".join(text.replace("\0", "").splitlines()).replace("\t", " ")


def _mend_header(data: bytearray) -> bool:
    """Make a database readable from memory: no log beside it, no more pages than are there. Return whether pages are missing."""
    if len(data) < 100:
        raise refuse("MRS-X-021")
    size = int.from_bytes(data[16:18], "big")
    size = 65_536 if size == 1 else size
    if size < 512 or size & (size - 1):
        raise refuse("MRS-X-021")
    data[18:20] = b"\x01\x01"
    claimed, there = int.from_bytes(data[28:32], "big"), len(data) // size
    if claimed > there:
        data[28:32] = there.to_bytes(4, "big")
    return claimed > there or len(data) % size > 0


def _open_database(connection: sqlite3.Connection, data: bytearray) -> list[tuple[str, list[str]]]:
    """Return the tables of `data` with the names of their columns. Views, virtual tables and triggers are left alone."""
    try:
        connection.deserialize(data)
        connection.text_factory = _decode_text
        connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _MAX_CELL_BYTES)
        for pragma in ("trusted_schema = OFF", "cell_size_check = ON", "query_only = ON", "recursive_triggers = OFF"):
            connection.execute(f"PRAGMA {pragma}")
        listed = connection.execute(
            "SELECT CAST(name AS TEXT) FROM sqlite_schema WHERE type = 'table' AND rootpage > 0 AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
        ).fetchall()
        tables = []
        for (name,) in listed:
            described = connection.execute(f"PRAGMA table_xinfo({_quote(name)})").fetchall()
            tables.append((name, [column[1] for column in described if column[6] not in _GENERATED]))
    except (
        sqlite3.Error,
        UnicodeError,
        OverflowError,
        MemoryError,
    ) as error:  # the last for a cell that claims gigabytes
        raise refuse("MRS-X-021") from error
    connection.set_authorizer(_authorise)
    return tables


def _read_schema(connection: sqlite3.Connection) -> Iterator[Piece]:
    """Yield the statements that made tables, views and triggers, where a person may have written something into them."""
    found = connection.execute("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL")
    lines = [_one_line(sql) for (sql,) in found if isinstance(sql, str) and not (sql.isascii() and "'" not in sql)]
    if lines:
        yield Piece("schema", "".join(f"{line}\n" for line in lines))


def _authorise(action: int, *_names: str | None) -> int:
    return sqlite3.SQLITE_OK if action in _ALLOWED else sqlite3.SQLITE_DENY


def _quote(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _read_sqlite_table(
    connection: sqlite3.Connection, name: str, columns: list[str], task: Task
) -> Iterator[Extracted]:
    part = f"table {_one_line(name)}"
    steps = 0

    def stop_endless() -> bool:
        nonlocal steps
        steps += 1
        return steps > _MAX_STEPS

    def read() -> Iterator[tuple[object, ...]]:
        nonlocal steps
        for number, row in enumerate(connection.execute(query)):
            if number % _ROWS == 0:
                steps = 0
            yield row

    query = f"SELECT {', '.join(map(_quote, columns))} FROM main.{_quote(name)}"  # noqa: S608 - quoted; only SELECT is allowed
    connection.set_progress_handler(stop_endless, _STEP)
    if columns:
        yield from _split(Table(f"{part}, rows", tuple(columns)), read(), task)
    else:
        yield unread("MRS-X-025", part, "schema")


def _read_notes(schema: Any) -> Iterator[Piece]:  # noqa: ANN401 - as below
    """Yield what the file and its columns say of themselves, but not what programs write there."""
    notes = [(schema.metadata or {}), *(field.metadata or {} for field in schema)]
    lines = [
        f"{_one_line(_decode_text(key))}\t{_one_line(_decode_text(value))}"
        for note in notes
        for key, value in note.items()
    ]
    lines = [line for line in (*lines, *map(_one_line, schema.names)) if not line.isascii() or "@" in line]
    if lines:
        yield Piece("metadata", "".join(f"{line}\n" for line in lines))


# pyarrow is an extra, loaded when it is needed, and carries no types
def _open_parquet(file: BinaryIO) -> tuple[Any, Iterator[Any]]:
    import pyarrow.parquet as pq  # type: ignore[import-untyped]  # noqa: PLC0415

    source = pq.ParquetFile(file, memory_map=False, pre_buffer=False)
    return source.schema_arrow, source.iter_batches(batch_size=_ROWS, use_threads=False)


def _open_arrow(file: BinaryIO) -> tuple[Any, Iterator[Any]]:
    from pyarrow import ipc  # noqa: PLC0415

    source = ipc.open_file(file)
    return source.schema, (source.get_batch(index) for index in range(source.num_record_batches))


def _open_orc(file: BinaryIO) -> tuple[Any, Iterator[Any]]:
    from pyarrow import orc  # noqa: PLC0415

    source = orc.ORCFile(file)
    return source.schema, (source.read_stripe(index) for index in range(source.nstripes))


_OPENERS: Final = {b"ARR": _open_arrow, b"ORC": _open_orc}


def _list_rows(batches: Iterator[Any]) -> Iterator[tuple[object, ...]]:
    for batch in batches:
        for at in range(0, batch.num_rows, _ROWS):
            yield from zip(*(column.to_pylist() for column in batch.slice(at, _ROWS).columns), strict=True)


class _Field(NamedTuple):
    name: str
    kind: str
    size: int


def _decoder(charset: str) -> Callable[[bytes], str]:
    return (lambda data: data.decode(charset, "replace")) if charset else _decode_text


def _read_fields(data: bytes, decode: Callable[[bytes], str]) -> list[_Field]:
    fields = []
    for at in range(0, len(data) - 31, 32):
        if data[at] == 0x0D:
            break
        kind = chr(data[at + 11])
        # long text: the byte for decimals is the upper half of the length
        size = data[at + 16] + (data[at + 17] << 8 if kind == "C" else 0)
        fields.append(_Field(decode(data[at : at + 11].split(b"\0")[0]), kind, size))
    return fields


class _DbfRows:
    """The rows of a dBASE table in order; `count` says how many came, `has_memo` whether one pointed to a memo."""

    def __init__(self, file: BinaryIO, size: int, fields: list[_Field], decode: Callable[[bytes], str]) -> None:
        self._file, self._size, self._fields, self._decode = file, size, fields, decode
        self.count = 0
        self.has_memo = False

    def __iter__(self) -> Iterator[list[str]]:
        while len(row := self._file.read(self._size)) == self._size and row[:1] != b"\x1a":
            self.count += 1
            yield self._read_row(row)

    def _read_row(self, row: bytes) -> list[str]:
        values = []
        at = 1
        for field in self._fields:
            raw = row[at : at + field.size]
            at += field.size
            if field.kind in _MEMO and not (field.kind == "B" and field.size == 8):
                self.has_memo = self.has_memo or bool(raw.strip(b" \0"))
                values.append("")
            elif field.kind in "IOB+@YT" and len(raw) in {4, 8}:
                values.append(_read_number(field.kind, raw))
            else:
                values.append(self._decode(raw).strip(" \0"))
        return values


def _read_number(kind: str, raw: bytes) -> str:
    if kind == "Y":
        return str(int.from_bytes(raw, "little", signed=True) / 10_000)
    if kind in "OB":
        return str(struct.unpack("<d", raw)[0]) if len(raw) == 8 else ""
    return str(int.from_bytes(raw[:4], "little", signed=True)) if kind in "I+" else ""


EXTRACTORS: list[Extractor] = [SqliteExtractor(), ParquetExtractor(), DbfExtractor()]
