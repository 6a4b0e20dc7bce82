"""What every page owes to who cannot see it well or at all. A few rules of WCAG that a script can decide."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Page

_SCRIPT = """() => {
  const found = [];
  if (!document.documentElement.lang) found.push("no language");
  if (!document.title.trim()) found.push("no title");
  const levels = [...document.querySelectorAll("h1,h2,h3,h4,h5,h6")].map(each => Number(each.tagName[1]));
  if (levels.filter(level => level === 1).length !== 1) found.push(`${levels.filter(level => level === 1).length} h1`);
  levels.forEach((level, place) => { if (place && level > levels[place - 1] + 1) found.push(`h${level} after h${levels[place - 1]}`); });
  if (document.querySelectorAll("main").length !== 1) found.push("not one main");
  const name = each => (each.getAttribute("aria-label") || each.textContent || each.title || "").trim();
  for (const each of document.querySelectorAll("input,select,textarea")) {
    if (["hidden", "submit", "button"].includes(each.type)) continue;
    if (!each.labels?.length && !each.getAttribute("aria-label")) found.push(`no label: ${each.name || each.id}`);
    const help = each.getAttribute("aria-describedby");
    if (help && !document.getElementById(help)) found.push(`described by nothing: ${help}`);
  }
  for (const each of document.querySelectorAll("a[href],button")) if (!name(each)) found.push(`no name: ${each.outerHTML.slice(0, 80)}`);
  for (const each of document.querySelectorAll("img")) if (!each.hasAttribute("alt")) found.push("img without alt");
  const ids = [...document.querySelectorAll("[id]")].map(each => each.id);
  ids.filter((id, place) => ids.indexOf(id) !== place).forEach(id => found.push(`twice: #${id}`));
  for (const each of document.querySelectorAll("table")) if (!each.querySelector("th")) found.push("table without headers");
  const numbers = text => (text.match(/[\\d.]+/g) || []).map(Number);
  const ground = each => { for (; each; each = each.parentElement) { const c = numbers(getComputedStyle(each).backgroundColor); if (c.length === 3 || c[3] > 0) return c; } return [255, 255, 255]; };
  const light = c => { const [r, g, b] = c.slice(0, 3).map(v => (v /= 255) <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4); return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node; (node = walker.nextNode());) {
    const each = node.parentElement;
    if (!node.textContent.trim() || !each.getClientRects().length || ["SCRIPT", "STYLE", "NOSCRIPT"].includes(each.tagName)) continue;
    const [a, b] = [light(numbers(getComputedStyle(each).color)), light(ground(each))].sort((x, y) => y - x);
    const ratio = (a + 0.05) / (b + 0.05);
    if (ratio < 4.5) found.push(`contrast ${ratio.toFixed(1)}: ${each.outerHTML.slice(0, 60)}`);
  }
  return [...new Set(found)];
}"""


def find_problems(page: Page) -> list[str]:
    """Return what is wrong with the page that is shown, in light and in dark."""
    found: list[str] = []
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        found += [f"{scheme}: {each}" for each in page.evaluate(_SCRIPT)]
    page.emulate_media(color_scheme="light")
    return [f"{page.url.partition('?')[0]}: {each}" for each in found]
