"""How far a scan is: a bar with bytes, rate and time left on a terminal, plain lines otherwise."""

from __future__ import annotations

import shutil
import time
from typing import TYPE_CHECKING, Final, TextIO

if TYPE_CHECKING:
    from morasanu.cli.language import Speaker

_REDRAW_S: Final = 0.1
_LINE_S: Final = 10.0
_WIDTH: Final = 24


class ProgressBar:
    """Draws to a stream; on anything but a terminal it writes a line every ten seconds."""

    def __init__(self, stream: TextIO, say: Speaker) -> None:
        """Take the stream to draw on."""
        self._stream = stream
        self._say = say
        self._is_terminal = stream.isatty()
        self._total = self._done = 0
        self._started = self._drawn = time.monotonic()

    def begin(self, files: int, size_bytes: int) -> None:
        """Say how much there is to read."""
        self._total = size_bytes
        self._started = self._drawn = time.monotonic()
        if files:
            self._write(
                self._say(
                    f"{files:,}ファイル（{_size(size_bytes)}）を調べます",
                    f"scanning {files:,} file{'' if files == 1 else 's'} ({_size(size_bytes)})",
                )
                + "\n"
            )

    def advance(self, size_bytes: int) -> None:
        """Count bytes. Files are not named, because their names may be personal."""
        self._done = min(self._done + size_bytes, self._total)
        now = time.monotonic()
        if now - self._drawn >= (_REDRAW_S if self._is_terminal else _LINE_S):
            self._drawn = now
            self._write(f"\r\x1b[K{self._describe(now)}" if self._is_terminal else self._describe(now) + "\n")

    def end(self) -> None:
        """Take the bar away."""
        if self._is_terminal:
            self._write("\r\x1b[K")

    def _describe(self, now: float) -> str:
        share = self._done / self._total if self._total else 1.0
        rate = self._done / max(now - self._started, 0.001)
        left = (self._total - self._done) / rate if rate else 0.0
        filled = round(share * _WIDTH)
        bar = "█" * filled + "░" * (_WIDTH - filled) + " "
        rest = self._say(f"残り {_time(left)}", f"{_time(left)} left")
        line = f"{share:4.0%}  {_size(self._done)} / {_size(self._total)}  {_size(round(rate))}/s  {rest}"
        # a narrow terminal goes without the bar, so that the line never wraps
        room = shutil.get_terminal_size().columns - 3
        return bar + line if len(bar) + len(line) <= room else line[:room]

    def _write(self, text: str) -> None:
        self._stream.write(text)
        self._stream.flush()


class Silence:
    """Shows nothing."""

    def begin(self, files: int, size_bytes: int) -> None:
        """Do nothing."""

    def advance(self, size_bytes: int) -> None:
        """Do nothing."""

    def end(self) -> None:
        """Do nothing."""


def _size(size_bytes: int) -> str:
    """Return a size in the unit people read: `1.5 MB`."""
    size = float(size_bytes)
    for unit in ("B", "KB", "MB", "GB"):
        if size < 1000:
            return f"{size:.0f} {unit}" if unit == "B" or size >= 100 else f"{size:.1f} {unit}"
        size /= 1000
    return f"{size:.1f} TB"


def _time(seconds: float) -> str:
    minutes, seconds = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"
