"""Looking a ledger up keeps nobody out and changes nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from morasanu.cli.__main__ import main
from morasanu.errors import InputError
from morasanu.ledger.batch import Draft
from morasanu.ledger.ledger import Ledger, begin_ledger
from morasanu.ledger.reader import Reader

if TYPE_CHECKING:
    from pathlib import Path


def test_events_are_proved_and_counted_while_somebody_writes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "ledger"
    begin_ledger(path, "bank.example/evidence")
    with Ledger(path) as ledger:
        ledger.append([Draft("scan.done", "u-17", {"files": 3})])
        ledger.seal()
        ledger.append([Draft("scan.done", "u-17", {"files": 4})])
        with Reader(path) as reader:
            assert (reader.origin, reader.size, reader.sealed) == ("bank.example/evidence", 3, 2)
            assert reader.prove(1).record.body == b'{"files":3}'
            with pytest.raises(InputError, match="MRS-I-044"):
                reader.prove(2)
        assert main(["ledger", "status", str(path)]) == 0
        assert main(["ledger", "prove", str(path), "1"]) == 0
        assert "c2sp.org/tlog-proof@v1" in capsys.readouterr().out
        assert ledger.append([Draft("scan.done", "u-17", {"files": 5})]) == [3]


def test_reader_needs_no_private_key_and_changes_no_row(tmp_path: Path) -> None:
    path = tmp_path / "ledger"
    begin_ledger(path, "bank.example/evidence")
    (path / "key" / "private").unlink()
    before = (path / "rows.db").read_bytes()
    with Reader(path) as reader:
        assert reader.prove(0).event.kind == "ledger.begun"
    assert (path / "rows.db").read_bytes() == before
