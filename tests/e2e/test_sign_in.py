"""The real pages in a real browser: the first link, a second factor, the organisation, a passkey, both languages."""

from __future__ import annotations

import re
import shutil
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

pytest.importorskip("allauth", reason="needs the extra: web")
pytest.importorskip("playwright", reason="no Playwright here")

from playwright.sync_api import expect, sync_playwright
from tests.crash.killing import find_port
from tests.crash.office import GIVEN, PASSWORD, Office
from tests.e2e.check import find_problems
from tests.unit.office.code import make_code

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page

CHROMIUM = shutil.which("chromium")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no chromium here")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with Office(tmp_path / "data", find_port()) as running:
        running.address = running.address.replace("127.0.0.1", "localhost")  # a passkey belongs to a name
        yield running


@contextmanager
def visit(browser: Browser, *, language: str = "ja-JP") -> Iterator[Page]:
    """Open a browser of one's own; whatever its console complains of fails the test."""
    context = browser.new_context(locale=language)
    page = context.new_page()
    complaints: list[str] = []
    page.on(
        "console", lambda message: complaints.append(message.text) if message.type in {"error", "warning"} else None
    )
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("requestfailed", lambda request: complaints.append(f"failed: {request.url}"))
    outside: list[str] = []
    page.on(
        "request",
        lambda request: None if re.match(r"(http://localhost:|data:)", request.url) else outside.append(request.url),
    )
    yield page
    context.close()
    assert complaints == []
    assert outside == []


def begin(page: Page, office: Office) -> str:
    """Go from the first link to today's page and return the secret of the authenticator app."""
    page.goto(office.link.replace("127.0.0.1", "localhost"))
    check(page)
    for name, value in GIVEN.items():
        page.fill(f"[name={name}]", value)
    page.click("main button")
    expect(page).to_have_url(re.compile("/account/2fa/$"))
    check(page)
    page.goto(f"{office.address}/account/2fa/totp/activate/")
    check(page)
    secret = page.input_value("#authenticator_secret")
    page.fill("[name=code]", make_code(secret))
    page.click("main form button")
    expect(page).to_have_url(re.compile("/account/2fa/recovery-codes/"))
    check(page)
    page.goto(f"{office.address}/")
    expect(page.locator("h1")).to_have_text("今日")
    check(page)
    return secret


def check(page: Page) -> None:
    """Fail when the page has no title, language, labels or order of headings."""
    assert find_problems(page) == []


def add(page: Page, address: str, **values: str) -> None:
    """Send a form and follow to the page of what was made."""
    page.goto(address)
    check(page)
    for name, value in values.items():
        field = page.locator(f"main [name={name}]")
        if field.evaluate("each => each.tagName") == "SELECT":
            field.select_option(label=value)
        else:
            field.fill(value)
    page.click("main form button")
    expect(page).not_to_have_url(address)
    check(page)


def sign_out(page: Page) -> None:
    page.get_by_role("button", name="サインアウト").click()
    if page.url.endswith("/logout/"):
        page.locator("main form button").click()
    page.wait_for_url(re.compile("/account/login/"))


def wait_for_seal(page: Page) -> None:
    """Look again until the page says that the change is in the ledger."""
    for _ in range(100):
        if "封じてあります" in page.locator(".seal").inner_text():
            return
        page.wait_for_timeout(100)
        page.reload()
    pytest.fail("not sealed after ten seconds")


def test_the_first_administrator_begins_fills_the_house_and_comes_again(browser: Browser, office: Office) -> None:
    with visit(browser) as page:
        secret = begin(page, office)
        add(page, f"{office.address}/people/units/new/", code="101", name="汐見支店", kind="店", parent="汐見信用金庫")
        expect(page.locator("h1")).to_have_text("汐見支店")
        add(
            page, f"{office.address}/people/persons/new/", number="S1", name="潮田 汀", kana="シオタ ナギサ", unit="汐見支店",
            kind="職員", joined_on="2026-04-01",
        )  # fmt: skip
        expect(page.locator("h1")).to_contain_text("潮田 汀")
        wait_for_seal(page)
        for path in ("/people/units/", "/people/persons/", "/people/appointments/", "/evidence/", "/due/"):
            page.goto(office.address + path)
            check(page)
        page.get_by_role("button", name="English").click()
        expect(page.locator("html")).to_have_attribute("lang", "en")
        expect(page.locator("h1")).to_have_text("Due")
        check(page)
        page.get_by_role("button", name="日本語").click()
        expect(page.locator("html")).to_have_attribute("lang", "ja")
        sign_out(page)
        check(page)
        page.goto(f"{office.address}/people/persons/")
        expect(page).to_have_url(re.compile(r"/account/login/\?next="))
        page.fill("[name=login]", GIVEN["username"])
        page.fill("[name=password]", PASSWORD)
        page.click("main form button >> nth=0")
        expect(page).to_have_url(re.compile("/account/2fa/authenticate/"))
        check(page)
        page.fill("[name=code]", "000000")
        page.locator("main form button").first.click()
        expect(page.locator("main .error")).to_be_visible()
        check(page)
        page.fill("[name=code]", make_code(secret, time.time() + 30))  # a code is taken once; clocks may differ
        page.locator("main form button").first.click()
        expect(page).to_have_url(f"{office.address}/people/persons/")
        expect(page.locator("main")).to_contain_text("潮田 汀")


def test_a_passkey_takes_the_place_of_name_and_password(browser: Browser, office: Office) -> None:
    with visit(browser) as page:
        begin(page, office)
        devices = page.context.new_cdp_session(page)
        devices.send("WebAuthn.enable")
        options = {
            "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
            "isUserVerified": True, "automaticPresenceSimulation": True,
        }  # fmt: skip
        devices.send("WebAuthn.addVirtualAuthenticator", {"options": options})
        page.goto(f"{office.address}/account/2fa/webauthn/add/")
        check(page)
        page.fill("[name=name]", "社用パソコン")
        passwordless = page.locator("[name=passwordless]")
        if passwordless.count():
            passwordless.check()
        page.locator("main form button").click()
        expect(page.locator("main .messages, .messages")).to_be_visible()
        page.goto(f"{office.address}/account/2fa/webauthn/")
        expect(page.locator("main")).to_contain_text("社用パソコン")
        check(page)
        sign_out(page)
        page.click("#passkey_login")
        expect(page).to_have_url(f"{office.address}/")
        expect(page.locator("h1")).to_have_text("今日")
