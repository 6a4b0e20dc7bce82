"""Every page of the demo's office before axe: in both languages, light and dark, and no wider than a telephone."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.conf import settings as office
from django.test import Client
from django.urls import reverse
from tests.e2e.check import NARROW, find_problems, measure_overflow
from tests.matrix.route import Route, list_routes
from tests.matrix.test_marked import Crawl
from tests.matrix.thing import FIXED, THINGS
from tests.unit.office.house import EAST, HEAD, PASSWORD, SECRET, House

from morasanu.cli.__main__ import main
from morasanu.office.access.role import Role
from morasanu.office.access.table import ANYBODY, NOBODY, SIGNED_IN, Extent, find_extent, find_row
from morasanu.office.demo.load import load_bank
from morasanu.office.people.models import Account, OrgUnit
from morasanu.office.place import Place

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page
    from pytest_django.fixtures import SettingsWrapper
    from pytest_django.live_server_helper import LiveServer

EXAMPLES = Path(__file__).resolve().parents[2] / "examples" / "bank"
NO_PAGE = {
    "health", "account_inactive", "mfa_login_webauthn", "mfa_reauthenticate_webauthn", "mfa_download_recovery_codes",
    "people:oidc-back", "people:export", "people:import-answer", "people:letter", "party:export", "party:import-answer",
    "register:export", "register:import-answer", "requirement:coverage-of", "requirement:exclusion", "requirement:file",
}  # fmt: skip
"""What answers with a file, with data for a script, or leads on."""
ELSEWHERE = {"people:first", "mfa_authenticate", "party:import-check", "people:import-check", "register:import-check"}
"""What opens in no demo (tests/e2e/test_sign_in.py looks at it), or only after a form."""
PASSKEY = {"mfa_edit_webauthn", "mfa_remove_webauthn"}
"""Where a key is that no device made: other pages would try to read it, so these come last."""
HOST = "localhost"
OFFICER, ADMINISTRATOR, HANDLER = "S0101", "S0214", "S0412"


@pytest.fixture
def bank(transactional_db: None, settings: SettingsWrapper, tmp_path: Path) -> House:
    """Return the invented bank, with a unit of it for whatever a route is about."""
    del transactional_db
    settings.PLACE = Place(tmp_path, is_demo=True, today="2026-11-23")
    settings.IS_LOCAL = True
    assert load_bank(EXAMPLES)
    return House({EAST: OrgUnit.objects.get(code="003"), HEAD: OrgUnit.objects.get(parent=None)})


def sign_in(number: str, *, has_factor: bool) -> Client:
    """Return a client that came through the door of the demo and has just proved who it is."""
    account = Account.objects.get(person__number=number)
    account.set_password(PASSWORD)
    account.save()
    if has_factor:
        Authenticator.objects.create(user=account, type=Authenticator.Type.TOTP, data={"secret": SECRET})
        RecoveryCodes.activate(account)
    client = Client(SERVER_NAME=HOST)
    client.force_login(account)
    session = client.session
    session["demo"] = True
    session["account_authentication_methods"] = [{"method": "password", "at": time.time(), "reauthenticated": True}]
    session["account_authentication_methods_user"] = str(account.pk)
    session.save()
    return client


def list_pages(client: Client, house: House, routes: list[Route]) -> Iterator[tuple[str, str]]:
    """Yield an address of each route that is a page for the client: one the pages lead to where there is one, of two the fuller."""
    found: dict[str, tuple[int, str]] = {}
    crawl = Crawl(client, most=2)
    for name, body in crawl:
        found[name] = max(found.get(name, (0, "")), (len(body), crawl.address))
    owner = Account.objects.get(person__number=OFFICER)
    for route in sorted(routes, key=lambda each: each.name in PASSKEY):
        values = FIXED.get(route.name)
        if route.name in found:
            address = found[route.name][1]
        elif route.arguments and values is None:
            address = reverse(route.name, kwargs=THINGS[route.name](house, EAST, owner))
        else:
            address = reverse(route.name, kwargs=values)
        if client.get(address).status_code == 200:
            yield route.name, address


def is_opened(route: Route, role: Role | None) -> bool:
    row = find_row(route.name, "GET")
    if isinstance(row, str):
        return row == ANYBODY or (row == SIGNED_IN and role is not None)
    return role is not None and find_extent(route.name, "GET", role) != Extent.NONE


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(locale="ja-JP", viewport=NARROW)  # type: ignore[arg-type]
    yield context.new_page()
    context.close()


def become(page: Page, server: LiveServer, client: Client) -> None:
    """Let the browser be who the client is."""
    page.context.clear_cookies()
    if session := client.cookies.get(office.SESSION_COOKIE_NAME):
        page.context.add_cookies([{"name": office.SESSION_COOKIE_NAME, "value": session.value, "url": server.url}])


def speak(page: Page, server: LiveServer, language: str) -> None:
    page.context.add_cookies([{"name": office.LANGUAGE_COOKIE_NAME, "value": language, "url": server.url}])


def test_every_page_is_clean(bank: House, live_server: LiveServer, page: Page) -> None:
    wrong, seen = [], set()
    opened = [each for each in list_routes() if find_row(each.name, "GET") != NOBODY]
    visitors = (
        (Role.OFFICER, sign_in(OFFICER, has_factor=True)),
        (Role.ADMINISTRATOR, sign_in(ADMINISTRATOR, has_factor=False)),
        (None, Client(SERVER_NAME=HOST)),
    )
    for role, client in visitors:
        become(page, live_server, client)
        routes = [each for each in opened if each.name not in seen | NO_PAGE | ELSEWHERE and is_opened(each, role)]
        for name, address in list_pages(client, bank, routes):
            seen.add(name)
            for language in ("en", "ja"):
                speak(page, live_server, language)
                page.goto(live_server.url + address)
                if over := measure_overflow(page):
                    wrong.append(f"{name} {language}: {over} px too wide")
            wrong += find_problems(page)
    assert {each.name for each in opened} - seen == NO_PAGE | ELSEWHERE
    assert not wrong, "\n".join(wrong)


def look(page: Page, title: str) -> list[str]:
    """Return what is wrong with a state of a page, in light and dark."""
    found = find_problems(page)
    if over := measure_overflow(page):
        found.append(f"{over} px too wide")
    return [f"{title}: {each}" for each in found]


def send_empty(page: Page) -> None:
    """Send the form as it stands, past what the browser itself would ask for."""
    with page.expect_navigation():
        page.evaluate("document.querySelector('main form[method=post]').submit()")


def send_table(page: Page, rows: str) -> None:
    """Send a table, and wait for what it would do."""
    page.set_input_files("#id_file", {"name": "table.csv", "mimeType": "text/csv", "buffer": rows.encode()})
    with page.expect_navigation():
        page.locator("main form button").click()


@pytest.mark.usefixtures("bank")
def test_what_follows_a_form_and_what_is_refused_are_clean(
    live_server: LiveServer, page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    become(page, live_server, sign_in(OFFICER, has_factor=True))
    wrong = []
    for address in ("/people/persons/new/", "/register/holdings/new/", "/people/appointments/new/"):
        page.goto(live_server.url + address)
        send_empty(page)
        assert page.locator("main .error").count()
        wrong += look(page, f"{address} refused")
    page.goto(f"{live_server.url}/people/persons/import/")
    send_table(page, "職員番号,氏名,所属コード,着任日\nZ1,沖 凪,003,2026-04-01\nZ2,,999,きのう\n")
    assert page.locator("h1").inner_text() == "取込みの確認"
    wrong += look(page, "people:import-check")
    page.goto(f"{live_server.url}/register/holdings/import/")
    send_table(page, "管理番号,名称,部店コード,利用目的,本人数\nZ-1,名簿,003,連絡,5\nZ-2,,999,,多い\n")
    assert page.locator("h1").inner_text() == "取込みの確認"
    wrong += look(page, "register:import-check")
    page.goto(f"{live_server.url}/nowhere/")
    wrong += look(page, "404")
    become(page, live_server, sign_in(HANDLER, has_factor=False))
    page.goto(f"{live_server.url}/due/")
    assert page.locator("h1").inner_text() == "この画面を開く役割がありません"
    wrong += look(page, "403")
    monkeypatch.setattr("morasanu.office.base.views.describe_seal", None)
    page.goto(f"{live_server.url}/")
    assert page.locator("h1").inner_text() == "うまくいきませんでした"
    wrong += look(page, "500")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("language", ["ja", "en"])
def test_the_report_of_a_scan_is_clean(
    browser: Browser, tmp_path: Path, language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MORASANU_LANG", language)
    assert main(["scan", str(EXAMPLES / "浜町支店" / "問い合わせ"), "--html", str(tmp_path / "report.html")]) == 0
    context = browser.new_context(viewport=NARROW)  # type: ignore[arg-type]
    page = context.new_page()
    page.goto((tmp_path / "report.html").as_uri())
    wrong = look(page, "report")
    assert not wrong, "\n".join(wrong)
    context.close()
