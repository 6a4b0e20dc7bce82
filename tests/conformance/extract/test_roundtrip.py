"""The page of formats says what comes back today."""

from __future__ import annotations

import importlib.util
import re

import pytest
from tests.conformance.extract.roundtrip import PAGE, measure
from tests.conformance.extract.writers import WRITERS

_NEEDED = {"xlsx": "openpyxl", "xls": "xlwt", "ods": "odf", "odt": "odf", "docx": "docx", "pptx": "pptx", "pdf": "reportlab", "7z": "py7zr", "parquet": "pyarrow", "zip": "docx"}  # fmt: skip


@pytest.mark.parametrize("ending", sorted(WRITERS))
def test_as_many_lines_come_back_as_the_page_says(ending: str) -> None:
    writer = _NEEDED.get(ending)
    if writer and importlib.util.find_spec(writer) is None:
        pytest.skip(f"the writer {writer} is not installed")
    shown = re.search(rf"^\| {re.escape(ending)} \| Python \| (\d+) of", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert shown is not None
    ((_, _, found),) = measure([ending])
    assert found == int(shown.group(1))
