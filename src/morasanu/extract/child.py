"""The child that opens hostile files: it loads every extractor, gives up its rights, then reads what it is handed.

Run by `sandbox` with one end of a socket as its descriptor 3. A request is a frame `[name, passwords, limits, cpu_s, ocr]`
with the file's descriptor beside it; the answer is frames `["piece", part, text, header]`, `["unread", part, code, ja, en]`,
`["picture", part, size]` with the picture's bytes behind it (answered by a byte: whether more are wanted), `["end"]`.
"""

from __future__ import annotations

import gc
import os
import socket
import sys
from functools import partial
from io import BufferedReader, FileIO
from typing import TYPE_CHECKING, BinaryIO, Final

from morasanu.extract.confine import add_cpu, allow_cpu, confine
from morasanu.extract.frame import CHARACTERS_A_SECOND, DRAW_ON, PICTURE_S, pack, unpack
from morasanu.extract.interface import Drawn, Limits, Piece, Task
from morasanu.extract.registry import load_extractors
from morasanu.extract.walk import walk

if TYPE_CHECKING:
    from collections.abc import Mapping

    from morasanu.extract.interface import Extractor

SOCKET: Final = 3
_ROUNDS: Final = 65_536


def main() -> int:
    """Return 0 when the parent has closed the socket."""
    extractors = load_extractors(sys.argv[2:])
    for extractor in extractors.values():
        extractor.missing()  # imports what it needs while it still may
    link = socket.socket(fileno=SOCKET)
    held = confine(int(sys.argv[1]))
    link.sendall(pack(["ready", held]))
    gc.freeze()
    while True:
        head, descriptors, _, _ = socket.recv_fds(link, 4, 1)
        if not head:
            return 0
        request = unpack(partial(_read, link, head))
        if request is None or not descriptors:
            return 1
        name, passwords, limits, cpu_s, ocr = request
        allow_cpu(int(cpu_s))
        with _File(FileIO(descriptors[0])) as file:
            _answer(link, file, Task(name, tuple(passwords), Limits(*limits), bool(ocr)), extractors)
        link.sendall(pack(["end"]))


def _answer(link: socket.socket, file: BinaryIO, task: Task, extractors: Mapping[str, Extractor]) -> None:
    """Send what is in `file`; what comes out of it earns the time to go on."""
    characters, answer = 0, bytearray(DRAW_ON)
    for out in walk(file, task, extractors, lambda: answer == DRAW_ON):
        if isinstance(out, Drawn):
            link.sendall(pack(["picture", out.part, len(out.data)]) + out.data)
            answer[:] = link.recv(1)
            add_cpu(PICTURE_S)
            continue
        link.sendall(pack(["piece" if isinstance(out, Piece) else "unread", *out]))
        if isinstance(out, Piece):
            earned_s, characters = divmod(characters + len(out.text), CHARACTERS_A_SECOND)
            if earned_s:
                add_cpu(earned_s)


class _File(BufferedReader):
    """A file whose `read(n)` takes memory for what is there, not for n: extractors ask for as much as their limit allows."""

    def __init__(self, raw: FileIO) -> None:
        super().__init__(raw)
        self._size = os.fstat(raw.fileno()).st_size

    def read(self, size: int | None = -1) -> bytes:
        return super().read(size if size is None or size < 0 else min(size, max(self._size - self.tell(), 0)))


def _read(link: socket.socket, head: bytes, size: int) -> bytes:
    """Return `size` bytes; the first four of a request have come with the descriptor."""
    if size == len(head):
        return head
    data = bytearray()
    while len(data) < size and (more := link.recv(min(size - len(data), _ROUNDS))):
        data += more
    return bytes(data)


if __name__ == "__main__":
    sys.exit(main())
