"""A scan from beginning to end: list, read, let workers inspect, keep the outcome; stopping leaves a valid partial result."""

from __future__ import annotations

from collections import Counter, deque
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, BinaryIO, Final, Protocol

from morasanu.errors import InspectError
from morasanu.extract.recognise import recognise
from morasanu.scan.ahead import ReadAhead
from morasanu.scan.model import ColumnVerdict, Reason, ScanInfo, Status
from morasanu.scan.person import PersonSketch
from morasanu.scan.read import AGAIN, FileReader, PieceReader
from morasanu.scan.rows import RowReader
from morasanu.scan.store import Outcome
from morasanu.scan.worker import Here, Pool
from morasanu.source.interface import Rows
from morasanu.source.place import is_address

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from concurrent.futures import Future

    from morasanu.detect.interface import Detector
    from morasanu.finding import Label
    from morasanu.scan.block import Block
    from morasanu.scan.inspect import Inspected, Row
    from morasanu.scan.read import Opener
    from morasanu.scan.store import ScanStore, Todo
    from morasanu.source.interface import Column, Item, Source

_INTERRUPTED: Final = Reason("MRS-X-012", "走査を中断しました", "the scan was interrupted")
_CHANGED: Final = Reason("MRS-X-004", "読んでいる間に変わりました", "it changed while it was being read")
_PATIENCE_S: Final = 0.2
EXAMPLES: Final = 20
"""Findings of one kind that are kept one by one for a column of a database's table."""
_LEAST_ROWS: Final = 30
_MOST_AHEAD: Final = 8  # files that are opened at a time
_IN_FLIGHT: Final = 4  # blocks a worker may have before it


class _StoppedError(Exception):
    """The person asked to stop; raised only where the store is whole."""


class Progress(Protocol):
    """How a shell shows what is going on."""

    def begin(self, files: int, size_bytes: int) -> None:
        """Say how much there is to read."""
        ...

    def advance(self, size_bytes: int) -> None:
        """Say that so many bytes more are done."""
        ...

    def end(self) -> None:
        """Say that nothing more comes."""
        ...


@dataclass(frozen=True, slots=True)
class ScanOptions:
    """What a scan is run with.

    `jobs` are worker processes (1: none beside this one); `reveal` shows values unmasked; `is_stopped` is asked between
    blocks whether to stop; `opener` reads what is more than text (without one that is not inspected); the rest
    goes into the head of the result.
    """

    jobs: int
    reveal: bool
    roots: tuple[str, ...]
    version: str
    rules_digest: str
    is_stopped: Callable[[], bool] = lambda: False
    opener: Opener | None = None


class _Advance(Protocol):
    def __call__(self, size_bytes: int, *, read: bool = True) -> None: ...


class Scan:
    """One run over a source into a store."""

    def __init__(
        self, source: Source, store: ScanStore, engine: Callable[[], Detector], options: ScanOptions, progress: Progress
    ) -> None:
        """Take the parts; `engine` builds the detector and must be importable by name when there are workers."""
        self._source = source
        self._store = store
        self._engine = engine
        self._options = options
        self._progress = progress
        self._bytes_read = 0

    def run(self) -> None:
        """Scan; the store then holds the result, complete or (when stopped) as far as it came."""
        started_at = datetime.now(UTC)
        is_complete = False
        try:
            self._store.list_items(self._check(item) for item in self._source.items())
            files, size_bytes = self._store.sizes()
            self._progress.begin(files, size_bytes)
            if files:
                self._read_all(size_bytes)
            is_complete = True
        except _StoppedError:
            self._store.give_up(_INTERRUPTED)
        finally:
            self._progress.end()
        options = self._options
        self._store.close_scan(
            ScanInfo(
                options.roots,
                started_at,
                datetime.now(UTC),
                is_complete,
                options.reveal,
                options.version,
                options.rules_digest,
                self._bytes_read,
            )
        )

    def _read_all(self, size_bytes: int) -> None:
        jobs = self._options.jobs
        reveal = self._options.reveal
        few = size_bytes < 200_000  # starting processes would take longer
        inspector = (
            Here(self._engine, self._store.key, reveal=reveal)
            if jobs == 1 or few
            else Pool(self._engine, self._store.key, jobs, reveal=reveal)
        )
        is_done = False
        try:
            _Reading(self._source, self._store, inspector, self._options, self._advance).run()
            is_done = True
        finally:
            inspector.close(at_once=not is_done)

    def _check(self, item: Item) -> Item:
        if self._options.is_stopped():
            raise _StoppedError
        return item

    def _advance(self, size_bytes: int, *, read: bool = True) -> None:
        self._bytes_read += size_bytes if read else 0
        self._progress.advance(size_bytes)


class _Reading:
    """Files in order, their blocks in flight; a file is finished when its last block came back."""

    def __init__(
        self,
        source: Source,
        store: ScanStore,
        inspector: Here | Pool,
        options: ScanOptions,
        advance: _Advance,
    ) -> None:
        self._source = source
        self._store = store
        self._inspector = inspector
        self._advance = advance
        self._limit = options.jobs * _IN_FLIGHT
        self._width = min(options.jobs, _MOST_AHEAD) if isinstance(inspector, Pool) else 1
        self._is_stopped = options.is_stopped
        self._opener = options.opener
        self._waiting: deque[tuple[_FileInFlight, Future[Inspected] | None]] = deque()
        self._begun: _FileInFlight | None = None  # the one that the store has open

    def run(self) -> None:
        files = map(_FileInFlight, self._store.todo())
        try:
            with ReadAhead(self._blocks, self._width, self._stop_here) as ahead:
                for file, blocks in ahead.each(files, lambda file: is_address(file.todo.path)):
                    self._inspect(file, blocks)
            self._wait(0)
        except _StoppedError:
            current = self._begun
            if current is not None:
                current.status, current.reason = Status.PARTLY, _INTERRUPTED
                self._finish(current, is_final=False)
            raise

    def _inspect(self, file: _FileInFlight, blocks: Iterator[Block]) -> None:
        done = 0
        for block in blocks:
            self._wait(self._limit - 1)
            file.see(block)
            self._waiting.append((file, self._inspector.submit(block, file.reader.format)))
            reached = file.reader.bytes_read
            self._advance(reached - done)
            done = reached
        self._waiting.append((file, None))
        self._wait(self._limit - 1)
        self._advance(file.reader.bytes_read - done)
        self._advance(max(0, file.todo.size_bytes - file.reader.bytes_read), read=False)

    def _stop_here(self) -> None:
        """Stop when the person asked to, while the next block is being read."""
        if self._is_stopped():
            raise _StoppedError

    def _blocks(self, file: _FileInFlight) -> Iterator[Block]:
        """Yield the file's blocks; what goes wrong is kept with the file. May run in a thread of its own."""
        todo = file.todo
        try:
            with self._source.open(todo.path) as opened:
                yield from self._begin(file, opened)
            reader = file.reader
            if todo.version and self._source.version(todo.path) != todo.version:
                file.status, file.reason = Status.PARTLY, _CHANGED
            elif reader.reason:
                file.status, file.reason = Status.PARTLY, reader.reason
                if isinstance(reader, PieceReader) and not reader.pieces:
                    file.status = Status.NOT_INSPECTED
        except InspectError as error:
            file.fail(error)
        except OSError as error:
            code = "MRS-X-009"
            name = type(error).__name__
            file.fail(InspectError(code, f"読み取りエラー（{name}）", f"reading failed ({name})"))

    def _begin(self, file: _FileInFlight, opened: BinaryIO | Rows) -> Iterator[Block]:
        """Yield the blocks of what was opened, by the reader that fits it."""
        if isinstance(opened, Rows):
            file.reader = rows = RowReader(self._opener)
            return rows.blocks(opened)
        if self._opener is not None and recognise(opened, file.todo.path):
            file.reader = pieces = PieceReader(file.todo.path, file.todo.size_bytes, self._opener)
            return pieces.blocks(opened)
        return file.text.blocks(opened)

    def _wait(self, most: int) -> None:
        """Take in results until at most `most` are waiting."""
        while len(self._waiting) > most:
            if self._is_stopped():
                raise _StoppedError
            file, future = self._waiting[0]
            if file is not self._begun:
                self._store.begin_file(file.todo.id)
                self._begun = file
            if future is None:
                self._finish(file, is_final=file.status != Status.NOT_INSPECTED and bool(file.todo.version))
            else:
                try:
                    inspected = self._take(future)
                except (
                    BrokenProcessPool
                ) as error:  # whatever killed the worker is in this file: it is told and left out
                    file.fail(
                        InspectError(
                            "MRS-X-014",
                            "検出の子プロセスが異常終了しました（メモリ不足など）",
                            "a worker process died (out of memory?)",
                        )
                    )
                    raise _StoppedError from error
                except _StoppedError:
                    raise
                except Exception as error:  # noqa: BLE001 - see Here
                    name = type(error).__name__
                    reason = InspectError("MRS-X-013", f"検出中の内部エラー（{name}）", f"internal error ({name})")
                    file.fail(reason)
                else:
                    rows = file.choose(inspected.rows)
                    self._store.add_rows(file.todo.id, rows, inspected.piece, inspected.part)
                    file.count(inspected)
                    file.counts += inspected.counts
                    file.classes += inspected.classes
                    file.persons.merge(inspected.persons)
                    file.blocks += 1
            self._waiting.popleft()

    def _take(self, future: Future[Inspected]) -> Inspected:
        while True:
            try:
                return future.result(timeout=_PATIENCE_S)
            except TimeoutError:
                if self._is_stopped():
                    raise _StoppedError from None

    def _finish(self, file: _FileInFlight, *, is_final: bool) -> None:
        if file.failed is not None:
            file.reason = Reason(file.failed.code, file.failed.message_ja, file.failed.message_en)
            file.status = Status.PARTLY if file.blocks else Status.NOT_INSPECTED
            is_final = file.failed.code in ("MRS-X-005", "MRS-X-014")
        self._store.add_columns(file.todo.id, file.judge())
        if not isinstance(file.reader, FileReader):
            for part, reason in file.reader.unread:
                self._store.add_unread(file.todo.id, part, reason)
            is_final = is_final and not any(reason.code in AGAIN for _, reason in file.reader.unread)
        outcome = Outcome(file.reader.charset, file.status, file.reason, file.counts, file.classes, file.persons)
        self._store.finish_file(file.todo.id, outcome, is_final=is_final)
        self._begun = None


@dataclass(slots=True)
class _Table:
    """A table that is being read: its rows so far, and by column and label how many of them hold one."""

    columns: tuple[Column, ...]
    rows: int = 0
    cells: Counter[tuple[int, Label]] = field(default_factory=Counter)
    is_sheet: bool = False


class _FileInFlight:
    """A file whose blocks are being inspected."""

    def __init__(self, todo: Todo) -> None:
        self.todo = todo
        self.text = FileReader(todo.path, todo.size_bytes)
        self.reader: FileReader | PieceReader | RowReader = self.text
        self._tables: dict[str, _Table] = {}
        self._examples: Counter[tuple[int, Label]] = Counter()
        self._row = 0
        self._seen: Counter[tuple[int, Label]] = Counter()
        self.blocks = 0
        self.counts: Counter[Label] = Counter()
        self.classes: Counter[str] = Counter()
        self.persons = PersonSketch()
        self.status = Status.INSPECTED
        self.reason: Reason | None = None
        self.failed: InspectError | None = None

    def choose(self, rows: Iterable[Row]) -> Iterator[Row]:
        """Yield the findings to keep one by one: of a column of a table a few of each kind, the rest is counted."""
        for row in rows:
            if row.table_column >= 0 and isinstance(self.reader, RowReader):
                cell = row.table_column, row.label
                self._examples[cell] += 1
                if self._examples[cell] > EXAMPLES:
                    continue
            yield row

    def see(self, block: Block) -> None:
        """Count the rows of the table that `block` is a part of."""
        if block.grid:
            table = self._tables.setdefault(block.grid.name, _Table(block.grid.columns, is_sheet=block.grid.is_sheet))
            blank = block.text.count("\n\n") + block.text.startswith("\n") if table.is_sheet else 0
            table.rows += block.text.count("\n") - blank

    def count(self, inspected: Inspected) -> None:
        """Count the cells of a table that hold something."""
        cells = inspected.cells
        if inspected.row:  # a long cell comes in several blocks, and counts once
            if inspected.row != self._row:
                self._row, self._seen = inspected.row, Counter()
            cells = cells - self._seen
            self._seen += cells
        if cells:
            self._tables[inspected.table].cells += cells

    def judge(self) -> Iterator[ColumnVerdict]:
        """Yield what the columns of the tables in it hold."""
        for name, table in self._tables.items():
            if table.is_sheet and table.rows < _LEAST_ROWS:
                continue  # a form, more likely than a table
            for (number, label), found in sorted(
                table.cells.items(), key=lambda cell: (cell[0][0], -cell[1], cell[0][1])
            ):
                column = table.columns[number]
                shown = f"{name}.{column.name}" if name else column.name
                yield ColumnVerdict(shown, column.type, label, found, table.rows)

    def fail(self, error: InspectError) -> None:
        """Keep the first thing that went wrong."""
        self.failed = self.failed or error
