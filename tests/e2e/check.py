"""What every page owes to who cannot see it well or at all, or sees it on a telephone: axe's rules of WCAG, and what axe leaves open."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from axe_playwright_python.base import AXE_SCRIPT

if TYPE_CHECKING:
    from playwright.sync_api import Page

TAGS: Final = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
"""Levels A and AA, which JIS X 8341-3 asks for, and what axe recommends beyond them (order of headings, landmarks)."""
_SCRIPT: Final = """async options => {
  for (const each of document.querySelectorAll("tbody")) [...each.rows].slice(8).forEach(row => row.remove());
  const found = (await axe.run(document, options)).violations.flatMap(each =>
    each.nodes.map(node => `${each.id}: ${node.target.join(" ")} ${node.any.concat(node.all, node.none).map(one => one.message).join("; ")}`));
  const heads = document.querySelectorAll("h1").length;
  if (heads !== 1) found.push(`${heads} h1`);
  for (const each of document.querySelectorAll("[aria-describedby]"))
    for (const id of each.getAttribute("aria-describedby").split(" ")) if (!document.getElementById(id)) found.push(`described by nothing: ${id}`);
  return found;
}"""
_WIDTH: Final = "() => document.documentElement.scrollWidth - innerWidth"
NARROW: Final = {"width": 390, "height": 844}


def find_problems(page: Page) -> list[str]:
    """Return what is wrong with the page that is shown, in light; in dark, what its colours make of it."""
    found = run_axe(page)
    page.emulate_media(color_scheme="dark")
    found += [f"dark: {each}" for each in run_axe(page, "color-contrast")]
    page.emulate_media(color_scheme="light")
    return [f"{page.url.partition('?')[0]}: {each}" for each in found]


def run_axe(page: Page, *rules: str) -> list[str]:
    """Return what axe finds in the page as it is shown, by some of its rules or by all of the levels."""
    only = {"type": "rule", "values": rules} if rules else {"type": "tag", "values": TAGS}
    extra = (
        {} if rules else {"rules": {"target-size": {"enabled": True}}}
    )  # axe leaves this one of 2.2 to who asks for it
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    found: list[str] = page.evaluate(
        _SCRIPT, {"runOnly": only, "resultTypes": ["violations"], "preload": False, "iframes": False, **extra}
    )
    return found


def measure_overflow(page: Page) -> int:
    """Return by how many pixels the page is wider than the window, 0 when it fits."""
    found: int = page.evaluate(_WIDTH)
    return max(found, 0)
