"""What a person does in a browser: visit, begin, fill in a form, sign in and out, wait for the seal."""

from __future__ import annotations

import re
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect
from tests.crash.office import GIVEN
from tests.e2e.check import find_problems
from tests.unit.office.code import make_code

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page
    from tests.crash.office import Office


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
    page.click("main form button")
    return set_up_factor(page)


def set_up_factor(page: Page, password: str = "") -> str:
    """Go from the page on which a role that decides is held up to today's, and return the secret of the authenticator app."""
    expect(page).to_have_url(re.compile("/account/2fa/$"))
    check(page)
    page.locator("main a[href$='totp/activate/']").click()
    if password:
        expect(page).to_have_url(re.compile("/account/reauthenticate/"))
        fill(page, password=password)
    expect(page.locator("#authenticator_secret")).to_be_visible()
    check(page)
    secret = page.input_value("#authenticator_secret")
    page.fill("[name=code]", make_code(secret))
    page.click("main form button")
    expect(page).to_have_url(re.compile("/account/2fa/recovery-codes/"))
    check(page)
    page.locator(".brand").click()
    expect(page.locator("h1")).to_have_text("今日")
    check(page)
    return secret


def check(page: Page) -> None:
    """Fail when the page breaks a rule of axe's."""
    problems = find_problems(page)
    assert not problems, "\n".join(problems)


def fill(page: Page, **values: str) -> None:
    """Write into the form that is shown and send it; nothing of it is refused."""
    for name, value in values.items():
        field = page.locator(f"main [name={name}]")
        if field.evaluate("each => each.tagName") == "SELECT":
            field.select_option(label=value)
        else:
            field.fill(value)
    with page.expect_navigation():
        page.locator("main form button").last.click()
    check(page)
    refused = page.locator("main .error").all_inner_texts()
    assert not refused, refused


def sign_in(page: Page, username: str, password: str, secret: str = "") -> None:
    """Give name and password, and a code of the app where there is a secret."""
    page.fill("[name=login]", username)
    page.fill("[name=password]", password)
    page.click("main button:text-is('サインインする')")
    if secret:
        expect(page).to_have_url(re.compile("/account/2fa/authenticate/"))
        page.fill("[name=code]", make_code(secret, time.time() + 30))  # a code is taken once; clocks may differ
        page.locator("main form button").first.click()


def sign_out(page: Page) -> None:
    """Leave."""
    page.get_by_role("button", name="サインアウト").click()
    if page.url.endswith("/logout/"):
        page.locator("main form button").click()
    page.wait_for_url(re.compile("/account/login/"))


def wait_for_seal(page: Page) -> int:
    """Look again until the page says that the change is in the ledger; return its number there."""
    for _ in range(100):
        if found := re.search(r"証拠台帳の (\d+) 番に封じてあります", page.locator(".seal").inner_text()):
            return int(found.group(1))
        page.wait_for_timeout(100)
        page.reload()
    pytest.fail("not sealed after ten seconds")
