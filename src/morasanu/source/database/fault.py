"""What drivers report, to errors of this house: by their codes, never by their words, which may hold values of rows and names of hosts."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from morasanu.errors import InputError, InspectError, OutsideError

if TYPE_CHECKING:
    from morasanu.errors import MorasanuError

_WORDS: Final = {
    "MRS-X-001": ("走査中に消えました", "it vanished during the scan"),
    "MRS-X-002": ("読む権限がありません", "no permission to read it"),
    "MRS-X-003": ("他のプログラムが使用中", "another program holds it"),
    "MRS-X-004": ("読んでいる間に変わりました", "it changed while it was being read"),
    "MRS-X-005": ("未対応の形式（{}）", "format not supported ({})"),
    "MRS-X-009": ("読み取りエラー（{}）", "reading failed ({})"),
    "MRS-X-020": ("暗号化されています", "encrypted"),
    "MRS-X-021": ("壊れている、または途中で切れています", "damaged or cut off"),
    "MRS-X-022": ("上限を超えました（{}）", "over a limit ({})"),
    "MRS-X-050": ("データは別の場所にあるため読んでいません（{}）", "its data lies elsewhere and was not read ({})"),
    "MRS-X-040": ("サーバーとの接続が切れました（{}）", "the connection to the server broke ({})"),
    "MRS-X-051": ("行ごとの制限で見えない行があります", "row-level security hides rows"),
    "MRS-X-052": ("ラージオブジェクトは読んでいません（{}件）", "large objects were not read ({})"),
    "MRS-X-053": ("見える表がありません（空か、権限がありません）", "no table to be seen (empty, or no permission)"),
    "MRS-X-054": ("この列は伏せて渡されます（権限がありません）", "the column is given masked (no permission)"),
}
_READING: Final = {
    # PostgreSQL: SQLSTATE
    "42P01": "MRS-X-001", "3F000": "MRS-X-001", "42501": "MRS-X-002", "55P03": "MRS-X-003", "42703": "MRS-X-004",
    "57014": "MRS-X-022", "54000": "MRS-X-022", "54001": "MRS-X-022", "53200": "MRS-X-022", "XX001": "MRS-X-021", "XX002": "MRS-X-021",
    "57P01": "MRS-X-040", "57P02": "MRS-X-040", "57P03": "MRS-X-040", "57P05": "MRS-X-040", "25P03": "MRS-X-040",
    # MySQL and MariaDB: error numbers
    "1146": "MRS-X-001", "1049": "MRS-X-001", "1142": "MRS-X-002", "1143": "MRS-X-002", "1044": "MRS-X-002", "1227": "MRS-X-002",
    "1205": "MRS-X-003", "1213": "MRS-X-003", "3572": "MRS-X-003", "1054": "MRS-X-004", "1412": "MRS-X-004", "1969": "MRS-X-022",
    "3024": "MRS-X-022", "1317": "MRS-X-022", "1194": "MRS-X-021", "1195": "MRS-X-021", "1034": "MRS-X-021", "1429": "MRS-X-050",
    "2006": "MRS-X-040", "2013": "MRS-X-040", "1053": "MRS-X-040", "1927": "MRS-X-040", "1152": "MRS-X-040", "1159": "MRS-X-040", "1161": "MRS-X-040",
    # SQLite: names of result codes
    "SQLITE_BUSY": "MRS-X-003", "SQLITE_LOCKED": "MRS-X-003", "SQLITE_CORRUPT": "MRS-X-021", "SQLITE_NOTADB": "MRS-X-021",
    "SQLITE_TOOBIG": "MRS-X-022", "SQLITE_CANTOPEN": "MRS-X-001", "SQLITE_PERM": "MRS-X-002", "SQLITE_AUTH": "MRS-X-002", "SQLITE_SCHEMA": "MRS-X-004",
    # Oracle and its driver
    "ORA-00942": "MRS-X-001", "ORA-01031": "MRS-X-002", "ORA-00054": "MRS-X-003", "ORA-04021": "MRS-X-003", "ORA-00904": "MRS-X-004",
    "ORA-01555": "MRS-X-004", "ORA-08176": "MRS-X-004", "ORA-01578": "MRS-X-021", "ORA-03113": "MRS-X-040", "ORA-03114": "MRS-X-040",
    "ORA-03135": "MRS-X-040", "ORA-00028": "MRS-X-040", "DPY-4011": "MRS-X-040", "DPY-1001": "MRS-X-040",
    # SQL Server: error numbers, then SQLSTATE of the driver
    "208": "MRS-X-001", "229": "MRS-X-002", "230": "MRS-X-002", "1222": "MRS-X-003", "207": "MRS-X-004", "3961": "MRS-X-004", "824": "MRS-X-021",
    "42S02": "MRS-X-001", "08S01": "MRS-X-040", "08003": "MRS-X-040", "HYT00": "MRS-X-022",
}  # fmt: skip
_CREDENTIALS: Final = frozenset(
    ("28P01", "28000", "1045", "1698", "ORA-01017", "ORA-01005", "ORA-28000", "ORA-28001", "18456")
)
_NOT_THERE: Final = frozenset(
    (
        "3D000",
        "1049",
        "1044",
        "ORA-12514",
        "ORA-12505",
        "DPY-6001",
        "DPY-6003",
        "4060",
        "SQLITE_CANTOPEN",
        "SQLITE_NOTADB",
    )
)
# libpq hands on only words, in the server's language
_SAID: Final = (
    (re.compile(r"password authentication failed|no password supplied|role \"[^\n]*\" does not exist|パスワード認証に失敗|ロール.*は存在しません"), "28P01"),
    (re.compile(r"database \"[^\n]*\" does not exist|データベース.*は存在しません"), "3D000"),
    (re.compile(r"certificate|SSL|TLS", re.IGNORECASE), "TLS"),
    (re.compile(r"pg_hba\.conf"), "pg_hba.conf"),
    (re.compile(r"Connection refused|接続を拒否"), "refused"),
    (re.compile(r"resolve host|could not translate host|Name or service|getaddrinfo|nodename nor"), "name"),
    (re.compile(r"timeout|timed out", re.IGNORECASE), "timeout"),
)  # fmt: skip
_NUMBER: Final = re.compile(r"\((\d{2,5})\) \(SQL")
_CODE: Final = re.compile(r"[A-Z]{3}-\d{4,5}|[A-Z_]{6,40}|[0-9A-Z]{5}|\d{2,5}")


def refuse(code: str, detail: object = "") -> InspectError:
    """Return the error with the words of `code`; `detail` is never a value or a name.

    >>> refuse("MRS-X-022", "cell").message_en
    'over a limit (cell)'
    """
    ja, en = _WORDS[code]
    return InspectError(code, ja.format(detail), en.format(detail))


def read_code(error: BaseException) -> str:
    """Return the code that a driver's error carries: SQLSTATE, `ORA-00942`, `SQLITE_BUSY`, a number; its kind when it has none.

    >>> read_code(Exception("42S02", "[42S02] [Microsoft] no such table 山田 (208) (SQLExecDirectW)")), read_code(ValueError("山田"))
    ('208', 'ValueError')
    """
    first = error.args[0] if error.args else ""
    if isinstance(first, int):
        return str(first)
    for given in (
        getattr(error, "sqlstate", None),
        getattr(error, "sqlite_errorname", None),
        getattr(first, "full_code", None),
    ):
        if isinstance(given, str) and _CODE.fullmatch(given):
            return given
    if len(error.args) > 1 and (number := _NUMBER.search(str(error.args[1]))):
        return number[1]
    if isinstance(first, str) and _CODE.fullmatch(first):
        return first
    return type(error).__name__


def explain_reading(error: BaseException) -> InspectError:
    """Return why a table could not be read, or not to its end.

    >>> explain_reading(Exception(1142, "SELECT command denied to user '山田'")).code
    'MRS-X-002'
    """
    if isinstance(error, InspectError):
        return error
    code = read_code(error)
    if str(error).startswith("no such table"):  # SQLite has no code for it
        return refuse("MRS-X-001")
    if str(error).startswith(
        ("the connection is lost", "the connection is closed", "server closed the connection", "consuming input failed")
    ):
        return refuse("MRS-X-040", code)
    known = _READING.get(code) or _READING.get("_".join(code.split("_")[:2]))
    if known is None and code.startswith("08"):
        known = "MRS-X-040"
    if known is None:
        return refuse("MRS-X-009", code)
    return refuse(
        known, {"57014": "time", "3024": "time", "1969": "time"}.get(code, "size" if known == "MRS-X-022" else code)
    )


def explain_connecting(error: BaseException) -> MorasanuError:
    """Return why no connection came about.

    >>> explain_connecting(Exception(1045, "Access denied for user '山田'@'10.0.0.1'")).code
    'MRS-I-032'
    """
    code = read_code(error)
    said = next((reason for pattern, reason in _SAID if pattern.search(str(error))), "")
    if not (code in _CREDENTIALS or code in _NOT_THERE):
        code = said or code
    if code in _CREDENTIALS:
        return InputError(
            "MRS-I-032",
            "データベースがログインを受け付けません（接続情報の user と password を確かめてください）",
            "the database refuses the login (check user and password in the credentials file)",
        )
    if code in _NOT_THERE or "_".join(code.split("_")[:2]) in _NOT_THERE:
        return refuse_place()
    if code == "TLS":
        return OutsideError(
            "MRS-O-031",
            "安全に接続できません: サーバーが TLS を使えないか、証明書を信頼できません（社内の認証局なら接続情報に ca_file を書いてください）",
            "no safe connection: the server offers no TLS, or its certificate is not trusted (for a CA of your own, give ca_file in the credentials file)",
        )
    return OutsideError("MRS-O-030", f"接続できません（{code}）", f"cannot be reached ({code})")


def refuse_place() -> InputError:
    """Return the error for an address that leads to no database or schema."""
    return InputError(
        "MRS-I-033",
        "そのデータベースかスキーマはありません（あるいは見る権限がありません）",
        "there is no such database or schema (or no permission to see it)",
    )
