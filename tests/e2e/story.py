"""One story through the pages alone: an officer is appointed, a scan finds what the register lacks, it is registered, the ledger verifies."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from playwright.sync_api import expect
from tests.crash.office import GIVEN
from tests.e2e.hand import begin, check, fill, set_up_factor, sign_in, sign_out, visit, wait_for_seal

from morasanu.cli.__main__ import main

if TYPE_CHECKING:
    from pathlib import Path

    import pytest
    from playwright.sync_api import Browser, Page
    from tests.crash.office import Office

PASSWORD = "kamome 2931 hatoba"
_NAMES = ("潮田 汀", "浜中 渚", "磯貝 葵", "灘波 陸", "港 千尋", "沖田 蓮")


def make_share(folder: Path) -> Path:
    """Return a share with a list and a note about six invented people."""
    folder.mkdir()
    rows = ["氏名,住所,電話番号,生年月日,口座番号"]
    notes = []
    for number, name in enumerate(_NAMES):
        phone = f"090-1234-56{number:02d}"
        rows.append(
            f"{name},神奈川県横浜市西区みなとみらい{number + 1}-2-3,{phone},1985年4月{number + 1}日,普通 12345{number:02d}"
        )
        notes.append(f"{name}様 電話 {phone} 折り返しのこと")
    (folder / "融資相談者.csv").write_text("\n".join(rows), encoding="utf-8")
    (folder / "引継ぎメモ.txt").write_text("\n".join(notes), encoding="cp932")
    return folder


def go(page: Page, *words: str) -> None:
    """Follow links and buttons by what they are called, looking at each page on the way."""
    for each in words:
        page.get_by_role("link", name=each, exact=True).or_(
            page.get_by_role("button", name=each, exact=True)
        ).first.click()
        check(page)


def let_the_officer_in(page: Page, office: Office) -> None:
    """As the first administrator: enter a person, appoint them as the officer, make their account."""
    begin(page, office)
    expect(page.locator(".answer")).to_contain_text("空席の任命が 1 件あります")
    go(page, "人と組織", "役職員", "人を加える")
    fill(
        page,
        number="D1",
        name="帆足 みお",
        kana="ホアシ ミオ",
        unit=GIVEN["institution"],
        kind="役員",
        joined_on="2026-04-01",
    )
    fill(page, username="hoashi", password=PASSWORD)
    expect(page.locator(".facts")).to_contain_text("hoashi")
    go(page, "今日", "任命する", "任命する")
    fill(page, person="D1")
    expect(page.locator("h1")).to_have_text("個人データ管理責任者")
    expect(page.locator(".answer")).to_contain_text("帆足 みお")
    go(page, "任命")
    expect(page.locator(".answer")).to_have_text("空席はありません。")
    sign_out(page)


def scan(page: Page, share: Path) -> None:
    """As the officer: enter a location and have it scanned."""
    go(page, "台帳", "保管場所", "保管場所を加える")
    fill(page, code="S-1", name="融資課の共有", kind="共有フォルダー", unit=GIVEN["institution"], address=str(share))
    go(page, "走査で確かめる")
    expect(page.locator(".answer")).to_contain_text("まだ一度も走査していません")
    page.get_by_role("button", name="走査する").click()
    expect(page.locator("main tbody .state")).to_have_text(
        re.compile("完了"), timeout=30_000
    )  # the page asks by itself
    check(page)


def register(page: Page) -> tuple[int, int]:
    """As the officer: open the difference and register it; return where the finding and the row are in the ledger."""
    go(page, "差異を見る")
    expect(page.locator("main tbody tr")).to_have_count(1)
    expect(page.locator(".answer")).to_contain_text("台帳と実態の差異が 1 件あり")
    go(page, "融資課の共有")
    expect(page.locator(".answer")).to_contain_text("台帳にない個人データ")
    assert not any(name in page.locator("main").inner_text() for name in _NAMES)
    go(page, "台帳に載せる")
    fill(page, code="L-1", name="融資相談者の名簿", purpose="融資の相談に答えるため")
    expect(page.locator("main .state.done")).to_have_text(re.compile("完了"))
    finding = wait_for_seal(page)
    go(page, "差異")
    expect(page.locator(".answer")).to_have_text("台帳は、走査で見つかったものと合っています。")
    go(page, "台帳", "融資相談者の名簿")
    return finding, wait_for_seal(page)


def prove(ledger: str, number: int, capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    """Return a leaf with its record; a leaf without a proof fails."""
    assert main(["ledger", "prove", ledger, str(number), "--json"]) == 0
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def test_what_a_scan_finds_is_registered_and_the_ledger_proves_who_did_it(
    browser: Browser, office: Office, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    share = make_share(tmp_path / "share")
    with visit(browser) as page:
        let_the_officer_in(page, office)
        sign_in(page, "hoashi", PASSWORD)
        set_up_factor(page, PASSWORD)
        scan(page, share)
        finding, holding = register(page)
    assert office.stop() == 0
    ledger, kept = str(tmp_path / "data" / "ledger"), tmp_path / "kept"
    assert main(["ledger", "verify", ledger]) == 4  # nothing was kept outside yet
    capsys.readouterr()
    assert main(["ledger", "checkpoint", ledger]) == 0
    kept.write_text(capsys.readouterr().out, encoding="utf-8")
    assert main(["ledger", "verify", ledger, "--checkpoint", str(kept)]) == 0
    capsys.readouterr()
    registered, closed = prove(ledger, holding, capsys), prove(ledger, finding, capsys)
    assert registered["entry"]["kind"] == "register.holding.saved"
    assert registered["record"]["subject"] == "register.holding/1"
    assert (closed["entry"]["kind"], closed["entry"]["actor"]) == ("finding.closed.gone", "office")
    leaves = [prove(ledger, number, capsys)["entry"] for number in range(1, holding)]
    by_officer = {each["kind"] for each in leaves if each["actor"] == registered["entry"]["actor"]}
    assert by_officer == {"people.account.totp_activated", "register.location.saved", "reality.run.asked"}
