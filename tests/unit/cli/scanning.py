"""A scan as a test runs it, and what it wrote."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from morasanu.cli.__main__ import main

if TYPE_CHECKING:
    from pathlib import Path

NAME = "椎名 恵理香"


PHONE = "080-4127-9961"


SECRET = "hX7-qqP0zz"


TEXT = f"お客様 {NAME}様 電話 {PHONE}\r\n初期パスワードは {SECRET} です。\r\n"


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def scan(*arguments: object) -> int:
    return main(["scan", "--jobs", "1", *map(str, arguments)])
