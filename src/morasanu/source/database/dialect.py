"""What differs from one kind of database to the next: how to connect, what is in it, and the SQL that reads it."""

from __future__ import annotations

import ssl
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Final, NamedTuple

from sqlalchemy import text

from morasanu.errors import InputError
from morasanu.source.credential import load_trust
from morasanu.source.database.cell import MOST_BYTES, MOST_CHARACTERS
from morasanu.source.database.sample import spread

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from sqlalchemy import Connection

    from morasanu.errors import MorasanuError
    from morasanu.source.database.address import Address
    from morasanu.source.interface import Gap

CONNECT_S: Final = 15
LOCK_S: Final = 10
STEP_S: Final = 600
TEXT_BYTES: Final = 2 * MOST_CHARACTERS
BLOB_BYTES: Final = 3 * MOST_BYTES
"""Memory of a long text, and of long bytes while a driver reads them from hexadecimal."""
_STEP_BYTES: Final = 256_000_000
"""How long a connection, a lock and one step of reading may take."""
_TLS: Final = ("verify", "encrypt", "none")


class Table(NamedTuple):
    """A table as listed: `names` lead to it below the address, `problem` says why it cannot be read."""

    names: tuple[str, ...]
    size_bytes: int = 0
    problem: MorasanuError | None = None


class Field(NamedTuple):
    """A column to read: its name, its type as the database calls it, the SQL that gives it, how much memory a cell may take."""

    name: str
    type: str
    sql: str
    is_integer: bool = False
    most_bytes: int = 0


@dataclass(frozen=True, slots=True)
class Shape:
    """What a table is made of. `source` stands after FROM, `key` are the positions of the primary key among the fields.

    `locator` is what else finds a row again (`ctid`), `""` when there is nothing; `rows` is about how many there are, None when
    nobody knows; `gaps` is what of the table cannot be read; `rows_a_block` is 0 where tables have no blocks to sample.
    """

    source: str
    fields: tuple[Field, ...]
    key: tuple[int, ...] = ()
    locator: str = ""
    rows: int | None = None
    rows_a_block: float = 0
    gaps: tuple[Gap, ...] = field(default=())

    @property
    def most_rows(self) -> int:
        """Return how many rows fit into memory at once even when every cell is as long as can be."""
        return max(_STEP_BYTES // max(sum(field.most_bytes for field in self.fields), 1), 1)

    @property
    def select_list(self) -> str:
        """Return what stands after SELECT: the fields, and the locator behind them."""
        return ", ".join((*(field.sql for field in self.fields), *filter(None, (self.locator,))))


class Dialect:
    """One kind of database. Subclasses fill in what differs; whatever returns only SQL asks no database."""

    name: ClassVar[str]
    quotes: ClassVar[str] = '""'
    hides: ClassVar[bool] = False
    """Whether tables without a right are not even listed, so that an empty list says little."""

    settings: ClassVar[dict[str, Any]] = {}
    """What else SQLAlchemy is told of the dialect."""

    def connect(self, address: Address, secrets: Mapping[str, str]) -> Any:  # noqa: ANN401 - each driver has a type of its own
        """Return a new connection of the driver, in which nothing can be written."""
        raise NotImplementedError

    def begin(self, connection: Connection) -> None:
        """Begin a transaction that only reads, in which the data stands still."""

    def has_schema(self, connection: Connection, schema: str) -> bool:
        """Return whether there is such a schema."""
        raise NotImplementedError

    def list_tables(self, connection: Connection, schema: str | None) -> Iterator[Table]:
        """Yield the tables of a schema, or of every schema that is not the system's."""
        raise NotImplementedError

    def describe(self, connection: Connection, names: tuple[str, ...]) -> Shape:
        """Return what the table is made of. Raises InspectError MRS-X-001 when it is gone, MRS-X-002 when no column may be read."""
        raise NotImplementedError

    def leave(self, cursor: Any) -> None:  # noqa: ANN401 - each driver has a type of its own
        """Have the driver let go of a result that has not come to its end, before the connection is closed."""

    def quote(self, name: str) -> str:
        """Return `name` as SQL takes it literally."""
        return f"{self.quotes[0]}{name.replace(self.quotes[1], self.quotes[1] * 2)}{self.quotes[1]}"

    def qualify(self, names: Sequence[str]) -> str:
        """Return the names of a table, or of its schema and of it, as SQL takes them literally."""
        return ".".join(map(self.quote, names))

    def select(self, what: str, source: str, rest: str = "", limit: int | None = None) -> str:
        """Return a SELECT; `rest` is what comes after FROM, `limit` how many rows it gives at most."""
        return " ".join(filter(None, (f"SELECT {what} FROM {source}", rest, "" if limit is None else f"LIMIT {limit}")))  # noqa: S608 - quoted names

    def count_some(self, source: str, most: int) -> str:
        """Return the SQL that counts rows, up to `most`."""
        return f"SELECT count(*) FROM ({self.select('1 AS one', source, limit=most)}) some_rows"  # noqa: S608

    def sample(
        self, read: Callable[[str], Iterator[tuple[Any, ...]]], shape: Shape, rows: int, wanted: int
    ) -> Iterator[tuple[Any, ...]]:
        """Yield about `wanted` of the table's about `rows` rows; `read` gives the rows of a SELECT.

        Here: stretches of a numeric primary key, else the first rows.
        """
        number = self.number(shape)
        if number is None:
            return read(self.select(shape.select_list, shape.source, self.thin(shape, rows, wanted), wanted))
        ((lowest, highest),) = read(self.select(f"MIN({number}), MAX({number})", shape.source))
        if lowest is None:
            return iter(())

        def between(low: int, high: int, most: int) -> Iterator[tuple[int, tuple[Any, ...]]]:
            rest = f"WHERE {number} BETWEEN {low} AND {high} ORDER BY {number}"
            for row in read(self.select(f"{shape.select_list}, {number}", shape.source, rest, most)):
                yield int(row[-1]), row[:-1]

        return spread(between, int(lowest), int(highest), wanted)

    def number(self, shape: Shape) -> str | None:
        """Return the SQL of an indexed whole number of each row, None when there is none."""
        if len(shape.key) == 1 and shape.fields[shape.key[0]].is_integer:
            return self.quote(shape.fields[shape.key[0]].name)
        return None

    def thin(self, shape: Shape, rows: int, wanted: int) -> str:  # noqa: ARG002 - subclasses use them
        """Return the condition that leaves about `wanted` of `rows` rows, `""` for the first ones."""
        return ""


def ask(connection: Connection, question: str, **values: object) -> list[tuple[Any, ...]]:
    """Return the rows that answer a question to the catalogue."""
    return [tuple(row) for row in connection.execute(text(question), values)]


def run(connection: Connection, sql: str) -> list[tuple[Any, ...]]:
    """Return the rows that `sql` gives, in which nothing stands for a value: neither `%` nor `:`."""
    result = connection.exec_driver_sql(sql, execution_options={"no_parameters": True})
    return [tuple(row) for row in result]


@contextmanager
def closed_on_failure(connection: Any) -> Iterator[None]:  # noqa: ANN401 - each driver has a type of its own
    """Close a new connection when preparing it fails."""
    try:
        yield
    except BaseException:
        connection.close()
        raise


def read_tls(address: Address, secrets: Mapping[str, str]) -> str:
    """Return how the connection is protected: `verify`, `encrypt` (no look at the certificate), `none`.

    Without a word in the credentials it is verified unless the server is on this machine. Raises InputError MRS-I-031.
    """
    given = secrets.get("tls", "none" if address.is_near and "ca_file" not in secrets else "verify")
    if given not in _TLS:
        raise InputError(
            "MRS-I-031",
            f"接続情報の tls は {'、'.join(_TLS)} のどれかです",
            f"tls in the credentials file must be one of {', '.join(_TLS)}",
        )
    return given


def make_trust(tls: str, ca_file: str | None) -> ssl.SSLContext:
    """Return how a driver that speaks TLS by Python verifies. Raises InputError MRS-I-001 when `ca_file` cannot be read."""
    context = load_trust(ca_file)
    if tls == "encrypt":
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context
