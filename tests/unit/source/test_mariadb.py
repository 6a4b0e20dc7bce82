"""MariaDB, the real one, which stands for MySQL too: what is listed, what comes out of cells, and that nothing is changed."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from tests.unit.source.server import PASSWORD, read, values

from morasanu.errors import InputError, InspectError, OutsideError
from morasanu.source.database.source import open_place
from morasanu.source.interface import Access

if TYPE_CHECKING:
    from tests.unit.source.server import Place

ODD = ("得意先 一覧", "a`b", 'a"b', "50%:x/y", "line\nfeed", "select", "%s", "a.b", "' OR 1=1")


def quote(name: str) -> str:
    return f"`{name.replace('`', '``')}`"


def test_tables_come_with_their_place_and_views_do_not(mariadb: Place) -> None:
    mariadb.execute(
        "CREATE TABLE t (id int)",
        "CREATE VIEW v AS SELECT 1",
        "CREATE SEQUENCE s",
        "CREATE TABLE u (x int) ENGINE=MyISAM",
    )
    found = {item.path: (item.place, item.problem) for item in mariadb.open().items()}
    assert found == {f"{mariadb.url}/t": (mariadb.url, None), f"{mariadb.url}/u": (mariadb.url, None)}


def test_every_database_is_listed_but_those_of_the_system(mariadb: Place) -> None:
    mariadb.execute("CREATE TABLE t (id int)")
    secrets = {"user": "admin", "password": PASSWORD}
    found = [item.place for item in open_place(mariadb.server.url, Access(secrets)).items()]
    assert mariadb.url in found
    assert not any(place.endswith(("/mysql", "/sys", "_schema")) for place in found)


def test_odd_names_of_tables_and_columns_are_read(mariadb: Place) -> None:
    mariadb.execute(
        *(f"CREATE TABLE {quote(name)} ({quote(name)} text)" for name in ODD),
        *(f"INSERT INTO {quote(name)} VALUES ('椿')" for name in ODD),
    )
    source = mariadb.open()
    paths = [item.path for item in source.items()]
    assert len(set(paths)) == len(ODD)
    columns = set()
    for path in paths:
        with source.open(path) as rows:
            columns.add(rows.columns[0].name)
            assert [record.values for batch in rows.batches for record in batch] == [("椿",)]
    assert columns == set(ODD)


def test_cells_of_every_kind_come_as_plain_values(mariadb: Place) -> None:
    mariadb.execute(
        "SET sql_mode = ''",
        """CREATE TABLE t (a int PRIMARY KEY, b bigint unsigned, c decimal(20,4), d double, e bit(3), f longtext, g varchar(9), h char(4), i date, j datetime,
        k timestamp NULL, l time, m year, n json, o longblob, p varbinary(4), q enum('男','女'), r set('a','b'), s uuid, t inet6,
        u int AS (a + 1) VIRTUAL, v int AS (a * 2) STORED, w varchar(9) CHARACTER SET sjis, x int INVISIBLE DEFAULT 7)""",
        """INSERT INTO t (a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p,q,r,s,t,w) VALUES (1, 18446744073709551615, 12.5, 1.5, b'101', '椿\n次郎', '😀椿', 'x', '0000-00-00',
        '2026-02-31 10:00:00', '2026-04-01 09:00:00', '-800:00:00', 2026, '{"名": "椿"}', x'00ff', x'00', '女', 'a,b',
        '123e4567-e89b-12d3-a456-426614174000', '2001:db8::1', '椿')""",
    )
    with mariadb.open().open(f"{mariadb.url}/t") as rows:
        assert "u" not in [column.name for column in rows.columns]
        ((record,),) = rows.batches
    assert record.key == "a=1"
    assert record.values == (
        1, 18446744073709551615, Decimal("12.5000"), 1.5, 5, "椿\n次郎", "😀椿", "x", "0000-00-00", "0000-00-00 00:00:00",
        "2026-04-01 09:00:00", "-800:00:00", 2026, '{"名": "椿"}', b"\x00\xff", b"\x00", "女", "a,b",
        "123e4567-e89b-12d3-a456-426614174000", "2001:db8::1", 2, "椿", 7,
    )  # fmt: skip


def test_rows_of_the_past_are_read_too(mariadb: Place) -> None:
    mariadb.execute(
        "CREATE TABLE t (x int) WITH SYSTEM VERSIONING",
        "INSERT INTO t VALUES (1)",
        "DELETE FROM t",
        "INSERT INTO t VALUES (2)",
    )
    assert sorted(values(mariadb.open(), f"{mariadb.url}/t")) == [(1,), (2,)]


def test_tables_and_columns_without_a_right_are_told(mariadb: Place) -> None:
    mariadb.execute(
        "CREATE TABLE closed (x int)", "CREATE TABLE partly (x int PRIMARY KEY, 氏名 text)", "INSERT INTO partly VALUES (1, '椿')",
        f"GRANT INSERT ON closed TO {mariadb.user}", f"GRANT SELECT (氏名), INSERT (x) ON partly TO {mariadb.user}",
    )  # fmt: skip
    source = mariadb.open(user=mariadb.user)
    assert [item.path.rsplit("/", 1)[-1] for item in source.items()] == ["closed", "partly"]
    with pytest.raises(InspectError) as caught:
        source.open(f"{mariadb.url}/closed")
    assert caught.value.code == "MRS-X-002"
    with source.open(f"{mariadb.url}/partly") as rows:
        assert [(record.key, record.values) for batch in rows.batches for record in batch] == [("row 1", ("椿",))]
        assert [(gap.part, gap.problem.code) for gap in rows.gaps] == [("x", "MRS-X-002")]


def test_an_account_that_sees_nothing_is_told_so(mariadb: Place) -> None:
    mariadb.execute(
        "CREATE TABLE t (x int)",
        f"GRANT CREATE ON {mariadb.name}.* TO {mariadb.user}",
        f"REVOKE CREATE ON {mariadb.name}.* FROM {mariadb.user}",
    )
    with pytest.raises(InputError) as caught:
        mariadb.open(user=mariadb.user)
    assert caught.value.code == "MRS-I-033"
    (item,) = open_place(mariadb.server.url, Access({"user": mariadb.user, "password": PASSWORD})).items()
    assert item.problem is not None
    assert item.problem.code == "MRS-X-053"


def test_nothing_can_be_written_over_such_a_connection(mariadb: Place) -> None:
    mariadb.execute("CREATE TABLE t (x int)")
    with mariadb.open()._connect() as connection:
        for attack in ("INSERT INTO t VALUES (1)", "CREATE TABLE u (x int)", "DROP TABLE t"):
            with pytest.raises(Exception, match="READ ONLY transaction"):
                connection.exec_driver_sql(attack)
            connection.rollback()
    assert mariadb.ask("SELECT count(*) FROM t") == [(0,)]


def test_wrong_passwords_and_databases_are_said_without_names(mariadb: Place) -> None:
    for code, secrets, below in (("MRS-I-032", {"password": "wrong-9911"}, ()), ("MRS-I-030", {}, ("x",))):
        with pytest.raises(InputError) as caught:
            mariadb.open(*below, secrets=secrets)
        assert caught.value.code == code
        assert not any(word in str(caught.value) for word in ("wrong-9911", PASSWORD, "admin", "127.0.0.1"))
    with pytest.raises(InputError) as caught:
        open_place(f"{mariadb.server.url}/no_such", Access({"user": "admin", "password": PASSWORD}))
    assert caught.value.code == "MRS-I-033"


def test_certificates_are_verified_where_asked(mariadb: Place) -> None:
    mariadb.execute("CREATE TABLE t (x int)")
    for secrets in ({"ca_file": mariadb.server.ca_file}, {"tls": "encrypt"}):
        assert len(list(mariadb.open(secrets=secrets).items())) == 1
    with pytest.raises(OutsideError) as caught:
        mariadb.open(secrets={"tls": "verify"})
    assert caught.value.code == "MRS-O-031"
    with pytest.raises(InputError) as wrong:
        mariadb.open(secrets={"ca_file": "/no/such.pem"})
    assert wrong.value.code == "MRS-I-001"


def test_a_table_that_is_gone_is_told(mariadb: Place) -> None:
    mariadb.execute("CREATE TABLE t (x int)")
    source = mariadb.open()
    (item,) = source.items()
    mariadb.execute("DROP TABLE t")
    with pytest.raises(InspectError) as caught:
        source.open(item.path)
    assert caught.value.code == "MRS-X-001"


def test_a_lost_connection_costs_the_table_and_not_the_next(mariadb: Place) -> None:
    mariadb.execute(
        "CREATE TABLE t (x varchar(2000))",
        "INSERT INTO t SELECT repeat('x', 2000) FROM seq_1_to_20000",
        "CREATE TABLE u AS SELECT 1 AS x",
    )
    source = mariadb.open(rows=None)
    with source.open(f"{mariadb.url}/t") as rows:
        came = len(next(rows.batches))
        ((process,),) = mariadb.ask(
            f"SELECT id FROM information_schema.processlist WHERE db = '{mariadb.name}' AND info LIKE 'SELECT `x`%'"
        )
        mariadb.execute(f"KILL {process}")
        with pytest.raises(InspectError) as caught:
            came += sum(map(len, rows.batches))
    assert caught.value.code == "MRS-X-040"
    assert 500 <= came < 20_000
    assert values(source, f"{mariadb.url}/u") == [(1,)]


def test_reading_may_be_broken_off_at_once(mariadb: Place) -> None:
    mariadb.execute("CREATE TABLE t (x int)", "INSERT INTO t SELECT seq FROM seq_1_to_20000")
    source = mariadb.open(rows=None)
    with source.open(f"{mariadb.url}/t") as rows:
        assert len(next(rows.batches)) == 500
    assert len(read(source, f"{mariadb.url}/t")) == 20_000


@pytest.mark.parametrize(("key", "value"), [("int", "seq * 7"), ("varchar(9)", "concat('C', seq)")])
def test_a_sample_is_spread_and_the_same_every_time(mariadb: Place, key: str, value: str) -> None:
    mariadb.execute(
        f"CREATE TABLE t (k {key} PRIMARY KEY, x int)",
        f"INSERT INTO t SELECT {value}, seq FROM seq_1_to_20000",
        "ANALYZE TABLE t",
    )
    source = mariadb.open(rows=500)
    path = f"{mariadb.url}/t"
    with source.open(path) as rows:
        assert rows.sampled_of is not None
        assert 10_000 < rows.sampled_of < 30_000
        first = [record.values[1] for batch in rows.batches for record in batch]
    assert 300 < len(first) <= 500
    assert len(set(first)) == len(first)
    assert len({int(str(x)) * 10 // 20_001 for x in first}) >= 8
    assert [row[1] for row in values(source, path)] == first
