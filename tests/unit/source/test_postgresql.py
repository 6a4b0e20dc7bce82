"""PostgreSQL, the real one: what is listed, what is told, what comes out of cells, and that nothing is ever changed or run."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from tests.unit.source.server import PASSWORD, read, values

from morasanu.errors import InputError, InspectError, OutsideError

if TYPE_CHECKING:
    from tests.unit.source.server import Place

    from morasanu.source.database.source import DatabaseSource

ODD = ("得意先 一覧", 'a"b', "50%:x/y", "line\nfeed", "select", "%s", "a.b", "' OR 1=1", "{x}")


def quote(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def problems(source: DatabaseSource) -> dict[str, str | None]:
    return {item.path.rsplit("/", 1)[-1]: item.problem and item.problem.code for item in source.items()}


def test_tables_of_every_schema_come_with_their_place(postgresql: Place) -> None:
    postgresql.execute(
        "CREATE SCHEMA 営業", "CREATE TABLE 営業.得意先 (id int)", "CREATE TABLE t (id int)", "CREATE VIEW v AS SELECT 1",
        "INSERT INTO t VALUES (1)", "ANALYZE t", "CREATE TEMP TABLE gone (id int)", "CREATE SEQUENCE s",
    )  # fmt: skip
    found = {item.path.removeprefix(postgresql.url): item for item in postgresql.open().items()}
    assert list(found) == ["/public/t", "/営業/得意先"]
    assert found["/営業/得意先"].place == f"{postgresql.url}/営業"
    assert found["/public/t"].size_bytes == 8192
    assert [item.path for item in postgresql.open("public").items()] == [f"{postgresql.url}/public/t"]


def test_odd_names_of_tables_and_columns_are_read(postgresql: Place) -> None:
    postgresql.execute(
        *(f"CREATE TABLE {quote(name)} ({quote(name)} text)" for name in ODD),
        *(f"INSERT INTO {quote(name)} VALUES ('椿')" for name in ODD),
    )
    source = postgresql.open(rows=None)
    paths = [item.path for item in source.items()]
    assert len(set(paths)) == len(ODD)
    assert all(path.isprintable() and path.count("/") == postgresql.url.count("/") + 2 for path in paths)
    columns = set()
    for path in paths:
        with source.open(path) as rows:
            columns.add(rows.columns[0].name)
            assert [record.values for batch in rows.batches for record in batch] == [("椿",)]
    assert columns == set(ODD)


def test_cells_of_every_kind_come_as_plain_values(postgresql: Place) -> None:
    postgresql.execute(
        "CREATE DOMAIN 電話 AS text CHECK (VALUE ~ '^0')",
        "CREATE TYPE 性別 AS ENUM ('男', '女')",
        "CREATE TYPE 人 AS (氏名 text, 年 int)",
        """CREATE TABLE t (a smallint, b bigint, c numeric(20, 4), d float8, e boolean, f text, g varchar(9), h char(4), i date, j timestamp,
        k timestamptz, l interval, m uuid, n inet, o json, p jsonb, q xml, r text[], s bytea, t 電話, u 性別, v 人, w int4range, x money, y bit(3),
        z int GENERATED ALWAYS AS (a * 2) STORED)""",
        r"""INSERT INTO t VALUES (1, 9007199254740993, 12.5, 'NaN', true, E'椿\n次郎', '椿', 'x', 'infinity', '4000-01-01 BC', '12026-04-01 00:00Z',
        '800 hours', '123e4567-e89b-12d3-a456-426614174000', '192.0.2.1/24', '{"名": "椿"}', '{"名": "椿"}', '<名>椿</名>', '{"椿 次郎",NULL}',
        '\x00ff', '0312345678', '女', ('椿', 5), '[1,3)', 5, '101')""",
        "INSERT INTO t (a) VALUES (NULL)",
    )
    first, second = values(postgresql.open(), f"{postgresql.url}/public/t")
    assert str(first[3]) == "nan"
    assert (*first[:3], *first[4:10]) == (
        1, 9007199254740993, Decimal("12.5000"), True, "椿\n次郎", "椿", "x", "infinity", "4000-01-01 00:00:00 BC",
    )  # fmt: skip
    assert str(first[10]).startswith("12026-0")
    assert first[11:] == (
        "800:00:00", "123e4567-e89b-12d3-a456-426614174000", "192.0.2.1/24", '{"名": "椿"}', '{"名": "椿"}', "<名>椿</名>",
        '{"椿 次郎",NULL}', b"\x00\xff", "0312345678", "女", "(椿,5)", "[1,3)", "$5.00", "101", 2,
    )  # fmt: skip
    assert set(second) == {None}


def test_types_are_named_as_the_database_does(postgresql: Place) -> None:
    postgresql.execute("CREATE TABLE t (id bigint PRIMARY KEY, n varchar(20), j jsonb, a text[])")
    with postgresql.open().open(f"{postgresql.url}/public/t") as rows:
        assert [tuple(column) for column in rows.columns] == [
            ("id", "bigint"), ("n", "character varying(20)"), ("j", "jsonb"), ("a", "text[]"),
        ]  # fmt: skip
        assert rows.key_columns == ("id",)
        assert list(rows.batches) == []


def test_keys_are_primary_keys_or_say_where_the_row_lies(postgresql: Place) -> None:
    postgresql.execute(
        "CREATE TABLE a (x int, y text, PRIMARY KEY (y, x))", "INSERT INTO a VALUES (1, 'B-2')",
        "CREATE TABLE b (phone text PRIMARY KEY)", "INSERT INTO b VALUES ('09012345678')",
        "CREATE TABLE c (x int) PARTITION BY LIST (x)", "CREATE TABLE c1 PARTITION OF c DEFAULT", "INSERT INTO c VALUES (5)",
    )  # fmt: skip
    source = postgresql.open()
    keys = [record.key for name in "abc" for record in read(source, f"{postgresql.url}/public/{name}")]
    assert keys == ["y=B-2, x=1", "ctid=(0,1)", "row 1"]


def test_a_table_without_columns_and_an_empty_one_have_no_rows(postgresql: Place) -> None:
    postgresql.execute("CREATE TABLE a ()", "INSERT INTO a DEFAULT VALUES", "CREATE TABLE b (x int)")
    source = postgresql.open()
    assert [read(source, item.path) for item in source.items()] == [[], []]


def test_a_table_of_as_many_columns_as_can_be_is_read(postgresql: Place) -> None:
    columns = ", ".join(f"c{number} boolean" for number in range(1599))
    postgresql.execute(f"CREATE TABLE t ({columns}, last text)", "INSERT INTO t (last) VALUES ('椿')")
    assert values(postgresql.open(), f"{postgresql.url}/public/t")[0][-1] == "椿"


def test_a_partitioned_table_is_read_once_and_children_of_others_on_their_own(postgresql: Place) -> None:
    postgresql.execute(
        "CREATE TABLE p (x int) PARTITION BY RANGE (x)", "CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (10) PARTITION BY LIST (x)",
        "CREATE TABLE p2 PARTITION OF p1 DEFAULT", "INSERT INTO p VALUES (1)",
        "CREATE TABLE mother (x int)", "CREATE TABLE child () INHERITS (mother)", "INSERT INTO mother VALUES (2)", "INSERT INTO child VALUES (3)",
        "CREATE MATERIALIZED VIEW m AS SELECT 4 AS x",
    )  # fmt: skip
    source = postgresql.open()
    found = {item.path.rsplit("/", 1)[-1]: values(source, item.path) for item in source.items()}
    assert found == {"p": [(1,)], "mother": [(2,)], "child": [(3,)], "m": [(4,)]}


def test_what_lies_on_another_server_is_told_and_its_siblings_are_read(postgresql: Place) -> None:
    postgresql.execute(
        "CREATE FOREIGN DATA WRAPPER nowhere", "CREATE SERVER far FOREIGN DATA WRAPPER nowhere",
        "CREATE TABLE p (x int) PARTITION BY RANGE (x)", "CREATE TABLE near PARTITION OF p FOR VALUES FROM (0) TO (10)",
        "CREATE FOREIGN TABLE f PARTITION OF p FOR VALUES FROM (10) TO (20) SERVER far", "INSERT INTO p VALUES (1)",
        "CREATE FOREIGN TABLE g (x int) SERVER far",
    )  # fmt: skip
    source = postgresql.open()
    assert problems(source) == {"near": None, "f": "MRS-X-050", "g": "MRS-X-050"}
    assert values(source, f"{postgresql.url}/public/near") == [(1,)]


def test_tables_and_columns_without_a_right_are_told(postgresql: Place) -> None:
    postgresql.execute(
        "CREATE TABLE closed (x int)", "CREATE TABLE partly (x int PRIMARY KEY, 氏名 text)", "INSERT INTO partly VALUES (1, '椿')",
        f"GRANT SELECT (氏名) ON partly TO {postgresql.user}",
        "CREATE SCHEMA away", "CREATE TABLE away.t (x int)", f"GRANT SELECT ON away.t TO {postgresql.user}",
    )  # fmt: skip
    source = postgresql.open(user=postgresql.user)
    assert problems(source) == {"closed": "MRS-X-002", "partly": None, "t": "MRS-X-002"}
    with source.open(f"{postgresql.url}/public/partly") as rows:
        assert [record.values for batch in rows.batches for record in batch] == [("椿",)]
        assert [(gap.part, gap.problem.code) for gap in rows.gaps] == [("x", "MRS-X-002")]
    with pytest.raises(InspectError) as caught:
        source.open(f"{postgresql.url}/public/closed")
    assert caught.value.code == "MRS-X-002"


def test_rows_hidden_by_a_policy_are_told_and_its_function_is_not_run(postgresql: Place) -> None:
    postgresql.execute(
        "CREATE TABLE log (x text)", "CREATE TABLE t (x int)", "INSERT INTO t VALUES (1)",
        "CREATE FUNCTION spy() RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'run'; END $$",
        "CREATE POLICY p ON t USING (spy())", "ALTER TABLE t ENABLE ROW LEVEL SECURITY", f"GRANT SELECT ON t, log TO {postgresql.user}",
    )  # fmt: skip
    source = postgresql.open(user=postgresql.user)
    assert problems(source) == {"log": None, "t": "MRS-X-051"}
    with pytest.raises(InspectError) as caught:
        read(source, f"{postgresql.url}/public/t")
    assert caught.value.code == "MRS-X-002"


def test_large_objects_are_told(postgresql: Place) -> None:
    postgresql.execute("SELECT lo_from_bytea(0, 'x')")
    assert problems(postgresql.open()) == {"pg_largeobject": "MRS-X-052"}


def test_functions_before_those_of_the_system_are_not_run(postgresql: Place) -> None:
    trap = "LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'run'; END $$"
    postgresql.execute(
        "CREATE TABLE t (id int PRIMARY KEY, a text, j jsonb)", "INSERT INTO t VALUES (1, '椿', '{}')",
        f"CREATE FUNCTION public.substr(text, int, int) RETURNS text {trap}", f"CREATE FUNCTION public.concat(jsonb) RETURNS text {trap}",
        f"CREATE FUNCTION public.current_schema() RETURNS name {trap}", f"CREATE FUNCTION public.version() RETURNS text {trap}",
        f"CREATE FUNCTION public.has_table_privilege(oid, text) RETURNS boolean {trap}", "CREATE TABLE public.pg_class (x int)",
        f"ALTER DATABASE {postgresql.name} SET search_path = public, pg_catalog",
    )  # fmt: skip
    source = postgresql.open()
    assert problems(source) == {"pg_class": None, "t": None}
    assert values(source, f"{postgresql.url}/public/t") == [(1, "椿", "{}")]


def test_casts_of_a_type_are_not_run(postgresql: Place) -> None:
    postgresql.execute(
        "CREATE TYPE 人 AS (氏名 text)",
        "CREATE FUNCTION spy(人) RETURNS text LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'run'; END $$",
        "CREATE CAST (人 AS text) WITH FUNCTION spy(人) AS IMPLICIT", "CREATE TABLE t (x 人)", "INSERT INTO t VALUES (ROW('椿'))",
    )  # fmt: skip
    assert values(postgresql.open(), f"{postgresql.url}/public/t") == [("(椿)",)]


def test_nothing_can_be_written_over_such_a_connection(postgresql: Place) -> None:
    postgresql.execute("CREATE TABLE t (x int)")
    with postgresql.open()._connect() as connection:
        for attack in ("INSERT INTO public.t VALUES (1)", "CREATE TABLE public.u (x int)", "DROP TABLE public.t"):
            with pytest.raises(Exception, match="read-only transaction"):
                connection.exec_driver_sql(attack)
            connection.rollback()
    assert postgresql.ask("SELECT count(*) FROM t") == [(0,)]


def test_a_scan_changes_nothing_in_the_database(postgresql: Place) -> None:
    postgresql.execute(
        "CREATE TABLE t (id int PRIMARY KEY, a text)",
        "INSERT INTO t SELECT g, 'x' FROM generate_series(1, 2000) g",
        "VACUUM ANALYZE t",
    )
    written = "SELECT pg_current_wal_lsn(), (SELECT max(xmin::text::bigint) FROM t), (SELECT count(*) FROM pg_class)"
    before = postgresql.ask(written)
    source = postgresql.open(rows=100)
    for item in source.items():
        read(source, item.path)
    assert postgresql.ask(written)[0][1:] == before[0][1:]


def test_wrong_passwords_databases_and_schemas_are_said_without_names(postgresql: Place) -> None:
    cases = {
        "MRS-I-032": lambda: postgresql.open(secrets={"password": "wrong-9911"}),
        "MRS-I-033": lambda: postgresql.open("no_such_schema"),
        "MRS-I-031": lambda: postgresql.open(secrets={"tls": "maybe"}),
    }
    for code, attempt in cases.items():
        with pytest.raises(InputError) as caught:
            attempt()
        assert caught.value.code == code
        assert not any(word in str(caught.value) for word in ("wrong-9911", PASSWORD, "admin", "127.0.0.1", "no_such"))


def test_certificates_are_verified_where_asked(postgresql: Place) -> None:
    assert list(postgresql.open(secrets={"ca_file": postgresql.server.ca_file}).items()) == []
    assert list(postgresql.open(secrets={"tls": "encrypt"}).items()) == []
    with pytest.raises(OutsideError) as caught:
        postgresql.open(secrets={"tls": "verify"})
    assert caught.value.code == "MRS-O-031"


def test_a_table_that_is_gone_and_one_that_is_locked_are_told(
    postgresql: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "morasanu.source.database.postgresql._SESSION", ("SET search_path = pg_catalog", "SET lock_timeout = '100ms'")
    )
    postgresql.execute("CREATE TABLE a (x int)", "CREATE TABLE b (x int)")
    source = postgresql.open()
    paths = [item.path for item in source.items()]
    postgresql.execute("DROP TABLE a")
    with pytest.raises(InspectError) as caught:
        source.open(paths[0])
    assert caught.value.code == "MRS-X-001"
    with postgresql.server.connect(postgresql.name) as holder:
        holder.autocommit = False
        holder.execute("LOCK TABLE b IN ACCESS EXCLUSIVE MODE")
        assert problems(postgresql.open()) == {"b": None}
        with pytest.raises(InspectError) as caught:
            source.open(paths[1])
        assert caught.value.code == "MRS-X-003"


def test_a_lost_connection_costs_the_table_and_not_the_next(postgresql: Place) -> None:
    postgresql.execute(
        "CREATE TABLE t (x int)", "INSERT INTO t SELECT generate_series(1, 5000)", "CREATE TABLE u AS SELECT 1 AS x"
    )
    source = postgresql.open(rows=None)
    with source.open(f"{postgresql.url}/public/t") as rows:
        came = len(next(rows.batches))
        postgresql.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'morasanu'"
        )
        with pytest.raises(InspectError) as caught:
            came += sum(map(len, rows.batches))
    assert caught.value.code == "MRS-X-040"
    assert 500 <= came < 5000
    assert values(source, f"{postgresql.url}/public/u") == [(1,)]


def test_reading_may_be_broken_off(postgresql: Place) -> None:
    postgresql.execute("CREATE TABLE t (x int)", "INSERT INTO t SELECT generate_series(1, 5000)")
    source = postgresql.open(rows=None)
    with source.open(f"{postgresql.url}/public/t") as rows:
        assert len(next(rows.batches)) == 500
    assert len(read(source, f"{postgresql.url}/public/t")) == 5000
    asked = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'morasanu' AND state <> 'idle'"
    assert postgresql.ask(asked) == [(0,)]


@pytest.mark.parametrize("wanted", [50, 1000])
def test_a_sample_is_spread_and_the_same_every_time(postgresql: Place, wanted: int) -> None:
    postgresql.execute(
        "CREATE TABLE t AS SELECT g AS x, repeat('x', 100) AS y FROM generate_series(1, 40000) g", "ANALYZE t"
    )
    source = postgresql.open(rows=wanted)
    path = f"{postgresql.url}/public/t"
    with source.open(path) as rows:
        assert rows.sampled_of == 40_000
        first = [record.values[0] for batch in rows.batches for record in batch]
    assert wanted * 0.6 < len(first) <= wanted * 2
    assert len(set(first)) == len(first)
    tenths = {int(str(x)) * 10 // 40_001 for x in first}
    assert len(tenths) >= 8
    assert [row[0] for row in values(source, path)] == first


def test_a_table_hardly_larger_than_the_sample_is_counted(postgresql: Place) -> None:
    postgresql.execute("CREATE TABLE t AS SELECT g AS x FROM generate_series(1, 100) g")
    whole, part = postgresql.open(rows=100), postgresql.open(rows=40)
    with whole.open(f"{postgresql.url}/public/t") as rows:
        assert rows.sampled_of is None
    with part.open(f"{postgresql.url}/public/t") as rows:
        assert rows.sampled_of == 100
        assert 40 <= sum(map(len, rows.batches)) <= 80


def test_text_in_another_character_set_than_the_database_says_is_read(postgresql: Place) -> None:
    name = postgresql.server.make("ENCODING 'SQL_ASCII' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0")
    texts = (b"ascii", "山田太郎".encode(), "山田太郎様 御中".encode("cp932"))
    rows = [b"INSERT INTO t VALUES (E'" + b"".join(b"\\x%02x" % byte for byte in text) + b"')" for text in texts]
    postgresql.server.execute(name, "CREATE TABLE t (name text)", *rows)
    source = type(postgresql)(postgresql.server, name).open()
    assert [values(source, item.path) for item in source.items()] == [[("ascii",), ("山田太郎",), ("山田太郎様 御中",)]]


def test_an_old_database_in_euc_is_read(postgresql: Place) -> None:
    name = postgresql.server.make("ENCODING 'EUC_JP' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0")
    postgresql.server.execute(name, "CREATE TABLE 表 (氏名 text)", "INSERT INTO 表 VALUES ('高橋')")
    source = type(postgresql)(postgresql.server, name).open()
    assert [values(source, item.path) for item in source.items()] == [[("高橋",)]]


def test_a_long_cell_is_cut_and_told(postgresql: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("morasanu.source.database.cell.MOST_CHARACTERS", 10)
    monkeypatch.setattr("morasanu.source.database.postgresql.MOST_CHARACTERS", 10)
    postgresql.execute(
        "CREATE TABLE t (a text, b jsonb, c text)",
        "INSERT INTO t VALUES (repeat('椿', 50), '\"xxxxxxxxxxxxx\"', 'short')",
    )
    with postgresql.open().open(f"{postgresql.url}/public/t") as rows:
        assert [record.values for batch in rows.batches for record in batch] == [("椿" * 10, '"xxxxxxxxx', "short")]
        assert [(gap.part, gap.problem.code) for gap in rows.gaps] == [("a", "MRS-X-022"), ("b", "MRS-X-022")]
