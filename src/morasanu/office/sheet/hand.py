"""Tables handed out of the office as files; made on disk, so that memory does not grow with them."""

from __future__ import annotations

import csv
import io
import tempfile
import zipfile
from typing import TYPE_CHECKING, Any, Final

from django.http import FileResponse

from morasanu.office.base.clock import read_today
from morasanu.office.base.words import read_language
from morasanu.office.sheet.answer import write_answer
from morasanu.office.sheet.book import Paper
from morasanu.office.sheet.write import Charset, write_csv, write_xlsx

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from morasanu.office.sheet.column import Table, Value
    from morasanu.office.sheet.read import Preview
    from morasanu.office.sheet.write import Lost

KINDS: Final = frozenset(("xlsx", "csv", "cp932"))
_MEMORY: Final = 4_000_000


def hand_table(name: str, kind: str, table: Table, rows: Iterable[Mapping[str, Value]]) -> FileResponse:
    """Return rows as a file, one of KINDS; with CP932 in a zip beside the list of what it cannot hold, where there is such."""
    file = tempfile.SpooledTemporaryFile(max_size=_MEMORY)  # noqa: SIM115 - the answer closes it
    lost: list[Lost] = []
    if kind == "xlsx":
        write_xlsx(file, table, rows, Paper(table.title, read_today(), read_language()))  # type: ignore[arg-type] # it is one
    else:
        charset = Charset.CP932 if kind == "cp932" else Charset.UTF8
        lost = write_csv(file, table, rows, charset, read_language())  # type: ignore[arg-type]
    file.seek(0)
    if lost:
        return FileResponse(_pack(name, file, lost), as_attachment=True, filename=f"{name}.zip")
    suffix = "xlsx" if kind == "xlsx" else "csv"
    return FileResponse(file, as_attachment=True, filename=f"{name}.{suffix}")


def _pack(name: str, file: Any, lost: Iterable[Lost]) -> Any:  # noqa: ANN401 - files that are no class of theirs
    """Return a zip of a file and the list of the cells that its characters could not hold."""
    packed = tempfile.SpooledTemporaryFile(max_size=_MEMORY)  # noqa: SIM115 - the answer closes it
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(["行 / row", "列 / column", "文字 / characters"])
    writer.writerows(lost)
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        with archive.open(f"{name}.csv", "w", force_zip64=True) as entry:
            while part := file.read(1_000_000):
                entry.write(part)
        archive.writestr("cp932.csv", text.getvalue().encode("utf-8-sig"))
    file.close()
    packed.seek(0)
    return packed


def hand_answer(preview: Preview, name: str) -> FileResponse:
    """Return uploaded rows as a workbook in which what is wrong is marked and said."""
    file = tempfile.SpooledTemporaryFile(max_size=_MEMORY)  # noqa: SIM115 - the answer closes it
    write_answer(file, preview, Paper(preview.table.title, read_today(), read_language()))  # type: ignore[arg-type] # it is one
    file.seek(0)
    return FileResponse(file, as_attachment=True, filename=f"{name}.xlsx")
