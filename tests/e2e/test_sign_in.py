"""The real pages in a real browser: the first link, a second factor, the organisation, a passkey, both languages."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING

from playwright.sync_api import expect
from tests.crash.office import GIVEN, PASSWORD
from tests.e2e.hand import begin, check, fill, sign_out, visit, wait_for_seal
from tests.unit.office.code import make_code

if TYPE_CHECKING:
    from playwright.sync_api import Browser
    from tests.crash.office import Office


def test_the_first_administrator_begins_fills_the_house_and_comes_again(browser: Browser, office: Office) -> None:
    with visit(browser) as page:
        secret = begin(page, office)
        page.goto(f"{office.address}/people/units/new/")
        fill(page, code="101", name="汐見支店", kind="店", parent="汐見信用金庫")
        expect(page.locator("h1")).to_have_text("汐見支店")
        page.goto(f"{office.address}/people/persons/new/")
        fill(
            page, number="S1", name="潮田 汀", kana="シオタ ナギサ", unit="汐見支店",
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
