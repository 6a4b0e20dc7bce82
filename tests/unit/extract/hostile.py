"""Extractors that do what a taken-over parser would do; loaded by the sandbox's tests only."""

from __future__ import annotations

import ctypes
import os
import socket
import time
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from morasanu.errors import InspectError
from morasanu.extract.interface import Extracted, Member, Piece, Task

if TYPE_CHECKING:
    from collections.abc import Iterator


class Hostile:
    formats = ("lzh",)

    def missing(self) -> str:
        return ""

    def extract(self, file: BinaryIO, task: Task) -> Iterator[Extracted]:
        yield Piece("before", "first\n")
        act = task.name.partition(".")[0]
        yield from getattr(self, act)(file, task)
        yield Piece("after", "last\n")

    def good(self, _file: BinaryIO, _task: Task) -> Iterator[Extracted]:
        yield Member("inside", "note.txt", "山田 太郎".encode("cp932"))

    def crash(self, _file: BinaryIO, _task: Task) -> Iterator[Extracted]:
        ctypes.string_at(0)
        yield from ()

    def spin(self, _file: BinaryIO, _task: Task) -> Iterator[Extracted]:
        while True:
            pass
        yield from ()

    def work(self, _file: BinaryIO, task: Task) -> Iterator[Extracted]:
        """Take three seconds, and say something of it when the file's name says so."""
        for _ in range(10):
            until = time.process_time() + 0.3
            while time.process_time() < until:
                pass
            yield Piece("work", "x" * (100_000 if "telling" in task.name else 1))

    def sleep(self, _file: BinaryIO, _task: Task) -> Iterator[Extracted]:
        time.sleep(600)
        yield from ()

    def eat(self, _file: BinaryIO, _task: Task) -> Iterator[Extracted]:
        held = []
        while True:
            held.append(bytearray(50_000_000))
        yield from ()

    def deep(self, _file: BinaryIO, _task: Task) -> Iterator[Extracted]:
        raise RecursionError
        yield from ()

    def write(self, _file: BinaryIO, _task: Task) -> Iterator[Extracted]:
        Path("/tmp/morasanu-hostile").write_bytes(b"x" * 10)
        yield from ()

    def connect(self, _file: BinaryIO, task: Task) -> Iterator[Extracted]:
        socket.create_connection(("127.0.0.1", int(task.passwords[0])), 2).close()
        yield Piece("connected", "connected\n")

    def die(self, _file: BinaryIO, _task: Task) -> Iterator[Extracted]:
        os._exit(7)
        yield from ()

    def half(self, _file: BinaryIO, _task: Task) -> Iterator[Extracted]:
        yield Piece("\ud800a", "b\udfff\n")

    def refuse(self, _file: BinaryIO, _task: Task) -> Iterator[Extracted]:
        raise InspectError("MRS-X-020", "暗号", "encrypted")
        yield from ()

    def flood(self, _file: BinaryIO, _task: Task) -> Iterator[Extracted]:
        while True:
            yield Piece("flood", "x" * 1_000_000)


EXTRACTORS = (Hostile(),)
