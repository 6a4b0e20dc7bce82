"""A browser and an office that really runs."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

pytest.importorskip("allauth", reason="needs the extra: web")
pytest.importorskip("playwright", reason="no Playwright here")
pytest.importorskip("axe_playwright_python", reason="no axe here")

from playwright.sync_api import sync_playwright
from tests.crash.killing import find_port
from tests.crash.office import Office

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Return Debian's chromium without a window."""
    program = shutil.which("chromium")
    if program is None:
        pytest.skip("no chromium here")
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        patch.setenv(
            "DJANGO_ALLOW_ASYNC_UNSAFE", "1"
        )  # Playwright's loop runs in this thread, where tests use the database
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """Return an office of its own, by a name: a passkey belongs to a name."""
    with Office(tmp_path / "data", find_port()) as running:
        running.address = running.address.replace("127.0.0.1", "localhost")
        yield running
