"""What databases have in common, without any: addresses, keys, samples, steps, errors, and the SQL of those that cannot run here."""

from __future__ import annotations

import importlib.util
from decimal import Decimal
from typing import TYPE_CHECKING
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from morasanu.errors import InputError, InspectError, OutsideError
from morasanu.source.credential import Credentials
from morasanu.source.database.address import Address, parse_address, read_path, write_path
from morasanu.source.database.cell import MOST_BYTES, MOST_CHARACTERS, make_value
from morasanu.source.database.dialect import Dialect, Field, Shape
from morasanu.source.database.fault import explain_connecting, explain_reading
from morasanu.source.database.key import show_key
from morasanu.source.database.mssql import SQLServer
from morasanu.source.database.mssql import write_target as write_odbc
from morasanu.source.database.mysql import MySQL
from morasanu.source.database.oracle import Oracle
from morasanu.source.database.oracle import write_target as write_oracle
from morasanu.source.database.postgresql import PostgreSQL, write_sample
from morasanu.source.database.reader import Pace, next_step
from morasanu.source.database.sample import plan_blocks, spread
from morasanu.source.database.source import open_place
from morasanu.source.interface import Access
from morasanu.source.place import open_places

if TYPE_CHECKING:
    from collections.abc import Iterator

FAR = Address("x", "oracle", "db.example.jp", None, "core")
NEAR = Address("x", "oracle", "127.0.0.1", None, "core")
SHAPE = Shape(
    "[営業].[得意先]",
    (Field("番号", "int", "[番号]", is_integer=True), Field("氏名", "nvarchar", "[氏名]")),
    (0,),
    rows=1_000_000,
)


# -- addresses ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("postgresql://h/db", Address("postgresql://h/db", "postgresql", "h", None, "db")),
        ("postgresql://h:5433/db/営業/", Address("postgresql://h:5433/db", "postgresql", "h", 5433, "db", "営業")),
        ("postgresql://h/a%2Fb", Address("postgresql://h/a%2Fb", "postgresql", "h", None, "a/b")),
        ("mysql://h", Address("mysql://h", "mysql", "h", None, "")),
        ("MariaDB://[::1]:3307/core", Address("MariaDB://[::1]:3307", "mariadb", "::1", 3307, "", "core")),
        ("oracle://h/svc/HR", Address("oracle://h/svc", "oracle", "h", None, "svc", "HR")),
        ("mssql://h/core/dbo", Address("mssql://h/core", "mssql", "h", None, "core", "dbo")),
        ("sqlite:///a/b.db", Address("sqlite:///a/b.db", "sqlite", "", None, "a/b.db")),
        ("sqlite:////a/b.db", Address("sqlite:////a/b.db", "sqlite", "", None, "/a/b.db")),
    ],
)
def test_an_address_says_where_its_tables_are(url: str, address: Address) -> None:
    assert parse_address(url) == address


@pytest.mark.parametrize(
    "url",
    ["postgresql://h", "postgresql:///db", "postgresql://h/a/b/c", "postgresql://h:x/db", "postgresql://h//db", "mysql://h/a/b", "oracle://h",
     "mssql://h/", "sqlite://h/a.db", "sqlite:///", "sqlite:///a%00b", "postgresql://h/a%00"],
)  # fmt: skip
def test_an_address_of_another_form_is_refused(url: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_address(url)
    assert caught.value.code == "MRS-I-030"


@given(st.lists(st.text(min_size=1), min_size=1, max_size=2))
def test_every_name_comes_back_from_its_path(names: list[str]) -> None:
    path = write_path("mysql://h", *names)
    assert read_path("mysql://h", path) == tuple(names)
    assert path.count("/") == 2 + len(names)
    assert len(path.splitlines()) == 1


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://user@h/db",
        "postgresql://user:pass@h/db",
        "postgresql://h/db?sslmode=disable",
        "sqlite:///a.db?mode=rw",
    ],
)
def test_a_user_or_setting_in_an_address_is_refused(url: str) -> None:
    with pytest.raises(InputError) as caught:
        open_places([url], Credentials())
    assert caught.value.code == "MRS-I-018"


@pytest.mark.parametrize(
    ("driver", "url", "extra"),
    [
        ("sqlalchemy", "sqlite:///a.db", "sql"),
        ("oracledb", "oracle://h/s", "oracle"),
        ("pyodbc", "mssql://h/d", "mssql"),
    ],
)
def test_a_part_that_is_not_installed_is_told_with_how_to_get_it(
    driver: str, url: str, extra: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def find(name: str) -> object:
        return None if name == driver else importlib.util.find_spec(name) or object()

    monkeypatch.setattr("morasanu.source.database.source.find_spec", find)
    with pytest.raises(OutsideError) as caught:
        open_places([url], Credentials())
    assert caught.value.code == "MRS-O-033"
    assert f"pip install 'morasanu[{extra}]'" in caught.value.message_ja
    assert f"pip install 'morasanu[{extra}]'" in caught.value.message_en


def test_an_unknown_setting_is_refused() -> None:
    with pytest.raises(InputError) as caught:
        open_place("sqlite:///a.db", Access({"sslmode": "disable"}))
    assert caught.value.code == "MRS-I-031"


# -- keys --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (17, "17"), (Decimal("17.00"), "17"), (-3, "-3"), (1541815603606036480, "1541815603606036480"), ("B-0417", "B-0417"), ("A1", "A1"),
        ("000123  ", "000123"), (UUID("123e4567-e89b-12d3-a456-426614174000"), "123e4567-e89b-12d3-a456-426614174000"),
        (123456789012, ""), (9012345678, ""), ("09012345678", ""), ("090-1234-5678", ""), ("yamada@example.jp", ""), ("YAMADA", ""), ("yamada01", ""),
        ("山田", ""), ("", ""), (None, ""), (True, ""), (b"x1", ""), (1.5, ""), (Decimal("NaN"), ""), ("1234567890123456", ""), ("A1\n", ""), ("TR1234567", ""),
        pytest.param(10**5000, "", id="huge"),
    ],
)  # fmt: skip
def test_keys_show_numbers_and_codes_and_nothing_of_persons(value: object, shown: str) -> None:
    assert show_key(("k",), (value,)) == (f"k={shown}" if shown else "")


def test_a_key_with_one_part_that_is_not_shown_is_not_shown_at_all() -> None:
    assert show_key(("支店", "氏名"), (3, "山田")) == ""
    assert show_key(("a\nb",), (3,)) == "a?b=3"
    assert show_key((), ()) == ""


# -- samples -----------------------------------------------------------------------------------------------------------


@given(st.sets(st.integers(-(10**12), 10**12) | st.integers(0, 300), min_size=1, max_size=300), st.integers(1, 150))
def test_a_spread_sample_is_as_large_as_asked_and_holds_no_row_twice(numbers: set[int], wanted: int) -> None:
    rows = sorted(numbers)

    def read(low: int, high: int, most: int) -> list[tuple[int, int]]:
        assert most > 0
        return [(number, number) for number in rows if low <= number <= high][:most]

    came = list(spread(read, rows[0], rows[-1], wanted))
    assert len(came) == len(set(came)) == min(wanted, len(rows))
    assert set(came) <= numbers
    assert came == list(spread(read, rows[0], rows[-1], wanted))


@given(st.integers(1, 10**10), st.floats(1, 300), st.integers(1, 10**6))
def test_a_sample_by_blocks_aims_at_what_is_wanted(rows: int, rows_a_block: float, wanted: int) -> None:
    blocks = plan_blocks(rows, rows_a_block, wanted)
    assert 0 < blocks.percent <= 100
    assert blocks.every >= 1
    if wanted * 4 <= rows:
        assert wanted / 2 <= rows * blocks.percent / 100 / blocks.every <= wanted * 2.1


def test_steps_grow_slowly_and_shrink_at_once() -> None:
    steps = [16]
    for _ in range(8):
        steps.append(next_step(steps[-1], 100, 500))
    assert steps == [16, 32, 64, 128, 256, 500, 500, 500, 500]
    assert next_step(500, 16_000_000, 500) == 1
    assert next_step(1, 0, 500) == 2


def test_a_throttle_waits_for_what_came_too_early() -> None:
    now = [100.0]
    slept: list[float] = []
    pace = Pace(50, lambda: now[0], slept.append)
    assert pace.most == 50
    pace.wait(50)
    now[0] = 101.0
    pace.wait(25)
    now[0] = 110.0
    pace.wait(1)
    assert slept == [1.0, 0.5]
    assert Pace(None).most == 500
    assert Pace(2, lambda: 0.0, slept.append).most == 2


# -- cells and errors --------------------------------------------------------------------------------------------------


class _Handle:
    """A large object as Oracle's driver hands it out."""

    def read(self, offset: int, amount: int) -> str:
        assert (offset, amount) == (1, MOST_BYTES + 1)
        return "椿"


def test_cells_that_are_too_long_are_cut_and_handles_are_read() -> None:
    assert make_value("x" * (MOST_CHARACTERS + 1)) == ("x" * MOST_CHARACTERS, True)
    assert make_value("x" * MOST_CHARACTERS) == ("x" * MOST_CHARACTERS, False)
    assert make_value(bytearray(MOST_BYTES + 1)) == (bytes(MOST_BYTES), True)
    assert make_value(memoryview(b"\0")) == (b"\0", False)
    assert make_value(_Handle()) == ("椿", False)


@given(st.text(), st.integers(0, 99_999))
def test_no_error_repeats_what_a_driver_says(words: str, number: int) -> None:
    words = f"<{words}>"
    for error in (
        Exception(words),
        ValueError(number, words),
        Exception(words, words),
        UnicodeDecodeError("utf-8", b"\xff", 0, 1, words),
    ):
        for explained in (explain_reading(error), explain_connecting(error)):
            assert words not in str(explained) + explained.message_ja


def test_an_error_that_was_explained_stays_as_it_is() -> None:
    error = InspectError("MRS-X-001", "a", "b")
    assert explain_reading(error) is error


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ('connection failed: FATAL:  password authentication failed for user "x"', "MRS-I-032"),
        ('接続に失敗: FATAL:  ユーザー"x"のパスワード認証に失敗しました', "MRS-I-032"),
        ('FATAL:  database "x" does not exist', "MRS-I-033"),
        ('FATAL:  データベース"x"は存在しません', "MRS-I-033"),
        ("connection failed: server does not support SSL, but SSL was required", "MRS-O-031"),
        ("SSL error: certificate verify failed", "MRS-O-031"),
        ("Connection refused", "MRS-O-030"),
        ("anything else", "MRS-O-030"),
    ],
)
def test_what_libpq_says_is_understood_in_both_languages(words: str, code: str) -> None:
    assert explain_connecting(Exception(words)).code == code


# -- SQL that cannot run here --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("dialect", "name", "quoted"),
    [
        (PostgreSQL(), 'a"b', '"a""b"'),
        (MySQL(), "a`b", "`a``b`"),
        (SQLServer(), "a]b[c", "[a]]b[c]"),
        (Oracle(), "a b", '"a b"'),
    ],
)
def test_names_are_quoted_as_each_database_does(dialect: Dialect, name: str, quoted: str) -> None:
    assert dialect.quote(name) == quoted
    assert dialect.qualify((name, name)) == f"{quoted}.{quoted}"


@pytest.mark.parametrize(
    ("dialect", "sql"),
    [
        (Oracle(), "SELECT count(*) FROM (SELECT 1 AS one FROM t FETCH FIRST 9 ROWS ONLY) some_rows"),
        (SQLServer(), "SELECT count(*) FROM (SELECT TOP (9) 1 AS one FROM t) some_rows"),
        (MySQL(), "SELECT count(*) FROM (SELECT 1 AS one FROM t LIMIT 9) some_rows"),
    ],
)
def test_rows_are_counted_up_to_a_limit(dialect: Dialect, sql: str) -> None:
    assert dialect.count_some("t", 9) == sql


def _ask(dialect: Dialect, shape: Shape, rows: int, wanted: int) -> list[str]:
    """Return the SQL of a sample, of a table with the numbers from 1 to 1,000."""
    asked: list[str] = []

    def read(sql: str) -> Iterator[tuple[object, ...]]:
        asked.append(sql)
        return iter([(1, 1000)] if "MIN(" in sql else [])

    list(dialect.sample(read, shape, rows, wanted))
    return asked


def test_sql_server_samples_stretches_of_a_number() -> None:
    first, second, *_ = _ask(SQLServer(), SHAPE, 1_000_000, 10)
    assert first == "SELECT MIN([番号]), MAX([番号]) FROM [営業].[得意先]"
    assert (
        second
        == "SELECT TOP (1) [番号], [氏名], [番号] FROM [営業].[得意先] WHERE [番号] BETWEEN 1 AND 1000 ORDER BY [番号]"
    )


def test_sql_server_and_oracle_sample_pages_where_there_is_no_number() -> None:
    shape = Shape("t", SHAPE.fields[1:])
    assert _ask(SQLServer(), shape, 1_000_000, 500) == [
        "SELECT TOP (1000) [氏名] FROM t TABLESAMPLE (500 ROWS) REPEATABLE (1)"
    ]
    assert _ask(SQLServer(), shape, 5_000, 500) == ["SELECT TOP (500) [氏名] FROM t"]
    assert _ask(Oracle(), shape, 2_000_000, 500) == [
        "SELECT [氏名] FROM t SAMPLE BLOCK (0.025000) SEED (1) FETCH FIRST 1000 ROWS ONLY"
    ]
    assert _ask(Oracle(), shape, 5_000, 500) == [
        "SELECT [氏名] FROM t SAMPLE (10.000000) SEED (1) FETCH FIRST 1000 ROWS ONLY"
    ]


def test_postgresql_samples_blocks_and_thins_them() -> None:
    shape = Shape("ONLY t", (Field("a", "text", '"a"'),), locator="ctid", rows_a_block=100)
    assert write_sample(PostgreSQL(), shape, 1_000_000, 100) == (
        'SELECT "a", ctid FROM ONLY t TABLESAMPLE SYSTEM (0.640000) REPEATABLE (1)'
        " WHERE (pg_catalog.hashtext(pg_catalog.concat(ctid)) & 2147483647) % 64 = 0 LIMIT 200"
    )


def test_mysql_thins_by_a_key_of_letters_unless_the_table_is_too_large() -> None:
    shape = Shape("t", (Field("k", "varchar(9)", "`k`"),), (0,))
    assert _ask(MySQL(), shape, 100_000, 1000) == [
        "SELECT `k` FROM t WHERE CRC32(CONCAT_WS(',', `k`)) % 100 = 0 LIMIT 1000"
    ]
    assert _ask(MySQL(), shape, 100_000_000, 1000) == ["SELECT `k` FROM t LIMIT 1000"]


def test_oracle_is_reached_by_tls_unless_it_is_near_or_said_otherwise() -> None:
    secrets = {"user": "audit", "password": "x"}
    far, near, plain = (
        write_oracle(FAR, secrets),
        write_oracle(NEAR, secrets),
        write_oracle(FAR, secrets | {"tls": "none"}),
    )
    assert (far["protocol"], far["port"], far["ssl_server_dn_match"]) == ("tcps", 2484, True)
    assert (near["protocol"], near["port"]) == (plain["protocol"], plain["port"]) == ("tcp", 1521)
    oracledb = pytest.importorskip("oracledb", reason="no oracledb here")
    for target in (far, near):
        assert (
            oracledb.ConnectParams(**{name: value for name, value in target.items() if name != "password"}).host
            == target["host"]
        )


def test_sql_server_is_reached_by_tls_and_no_value_ends_another() -> None:
    attack = "x};Encrypt=no;{"
    target = write_odbc(
        Address("x", "mssql", "db.example.jp", 1434, attack),
        {"user": attack, "password": attack, "ca_file": "/etc/ca.pem"},
        "D",
    )
    assert target == (
        "DRIVER={D};SERVER={db.example.jp,1434};DATABASE={x}};Encrypt=no;{};UID={x}};Encrypt=no;{};PWD={x}};Encrypt=no;{};"
        "ServerCertificate={/etc/ca.pem};Encrypt=yes;TrustServerCertificate=no;ApplicationIntent=ReadOnly;APP=morasanu"
    )
    assert "Trusted_Connection=yes;Encrypt=yes;TrustServerCertificate=yes" in write_odbc(FAR, {"tls": "encrypt"}, "D")
