"""One table of a database to blocks of text: rows as lines, what is longer or a file of its own in pieces after them."""

from __future__ import annotations

from collections import Counter
from io import BytesIO
from itertools import chain
from tempfile import TemporaryFile
from typing import TYPE_CHECKING, Final

from morasanu.errors import InspectError
from morasanu.extract.interface import Piece, Unread
from morasanu.extract.recognise import recognise
from morasanu.extract.walk import JOINED
from morasanu.scan.block import BLOCK_CHARS, Block, Grid, GridCell, cut_piece
from morasanu.scan.inspect import Format
from morasanu.scan.model import Reason
from morasanu.text.charset import decode_bytes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from morasanu.scan.read import Opener
    from morasanu.source.interface import Record, Rows

_CELL_CHARS: Final = 2_000
"""Characters of a cell that still stands in its row; a longer text is read on its own, as the document that it is."""


class RowReader:
    """Reads one table; the properties say afterwards how it went."""

    format = Format.PLAIN
    charset = ""

    def __init__(self, opener: Opener | None) -> None:
        """Take what reads the files that stand in cells (None: they are told as not read)."""
        self._opener = opener
        self.bytes_read = 0
        self.rows = 0
        self.pieces = 1
        self.unread: list[tuple[str, Reason]] = []
        self._offset = 0
        self._sampled_of: int | None = None
        self._binary: Counter[str] = Counter()

    @property
    def reason(self) -> Reason | None:
        """Return why the table was not read wholly, None when it was."""
        if self._sampled_of is not None:
            read, there = f"{self.rows:,}", f"{self._sampled_of:,}"
            return Reason(
                "MRS-X-030", f"約{there}行のうち{read}行だけを読みました", f"{read} of about {there} rows were read"
            )
        return self.unread[0][1] if self.unread else None

    def blocks(self, rows: Rows) -> Iterator[Block]:
        """Yield the blocks of the table. Raises InspectError when reading breaks off."""
        grid = Grid(rows.columns, key_columns=rows.key_columns)
        self._sampled_of = rows.sampled_of
        broken: InspectError | None = None
        lines: list[str] = []
        keys: list[str] = []
        size = 0
        try:
            for record in chain.from_iterable(rows.batches):
                number = self.rows + len(lines) + 1
                line, apart = self._write(record, grid)
                if size + len(line) > BLOCK_CHARS and lines:
                    yield self._make(lines, keys, grid)
                    lines, keys, size = [], [], 0
                lines.append(line)
                keys.append(record.key or f"row {number}")
                size += len(line) + 1
                if apart:
                    yield self._make(lines, keys, grid)
                    lines, keys, size = [], [], 0
                    for column, value in apart:
                        yield from self._look_into(
                            grid.columns[column].name, GridCell(number, column, record.key), value
                        )
        except InspectError as error:
            broken = error
        if lines:
            yield self._make(lines, keys, grid)
        for name, count in self._binary.items():
            reason = Reason("MRS-X-005", f"未対応の形式（{count:,}個の値）", f"format not supported ({count:,} values)")
            self.unread.append((name, reason))
        for gap in rows.gaps:
            self.unread.append((gap.part, Reason(gap.problem.code, gap.problem.message_ja, gap.problem.message_en)))
        if broken is not None:
            raise broken

    def _make(self, lines: list[str], keys: list[str], grid: Grid) -> Block:
        text = "".join(f"{line}\n" for line in lines)
        header = "\t".join(_one_line(column.name) for column in grid.columns)
        block = Block(text, header, self._offset, self.rows + 1, 1, 1, "", grid._replace(keys=tuple(keys)))
        self._offset += len(text)
        self.bytes_read += len(text)
        self.rows += len(lines)
        return block

    def _write(self, record: Record, grid: Grid) -> tuple[str, list[tuple[int, str | bytes]]]:
        """Return a row as a line, and what of it is read apart: the column, and the text or the file."""
        cells = []
        apart: list[tuple[int, str | bytes]] = []
        for number, (column, value) in enumerate(zip(grid.columns, record.values, strict=True)):
            if value is None:
                cells.append("")
                continue
            given = bytes(value) if isinstance(value, bytes | bytearray | memoryview) else str(value)
            if isinstance(given, bytes):
                given = self._decode(given, column.name)
            if isinstance(given, bytes) or len(given) > _CELL_CHARS:
                apart.append((number, given))
                given = ""
            cells.append(_one_line(given))
        return "\t".join(cells), apart

    def _decode(self, value: bytes, column: str) -> str | bytes:
        """Return the text that bytes are, the bytes themselves when they are a file; counts what is neither."""
        if recognise(BytesIO(value), ""):
            return value
        decoded = decode_bytes(value)
        if decoded is None:
            self._binary[column] += 1
            return ""
        return decoded.text

    def _look_into(self, column: str, cell: GridCell, value: str | bytes) -> Iterator[Block]:
        """Yield the blocks of a long text, or of the file that stands in a cell."""
        self.bytes_read += len(value)
        for out in self._open(value):
            part = JOINED.join(filter(None, (f"{column} row {cell.row}", out.part)))
            if isinstance(out, Unread):
                self.unread.append((part, Reason(out.code, out.ja, out.en)))
                continue
            self.pieces += 1
            by_key = JOINED.join(filter(None, (f"{column} {cell.by_key}", out.part))) if cell.by_key else ""
            for block in cut_piece(out.text, out.header, self.pieces, part):
                yield block._replace(cell=cell._replace(by_key=by_key))

    def _open(self, value: str | bytes) -> Iterator[Piece | Unread]:
        if isinstance(value, str):
            yield Piece("", value)
        elif self._opener is None:
            yield Unread("", "MRS-X-005", "ファイルを開く部品がありません", "nothing to open files with")
        else:
            with TemporaryFile() as file:
                file.write(value)
                yield from self._opener.read(file, "")


def _one_line(text: str) -> str:
    return " ".join(text.replace("\0", "").splitlines()).replace("\t", " ")
