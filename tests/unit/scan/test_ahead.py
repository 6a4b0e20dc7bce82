"""Reading ahead: the order stays, what goes wrong is raised in its place, and leaving it leaves no thread behind."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

import pytest

from morasanu.scan.ahead import ReadAhead
from morasanu.scan.block import Block

if TYPE_CHECKING:
    from collections.abc import Iterator


def _block(text: str) -> Block:
    return Block(text, "", 0, 1, 1)


def _read(number: int) -> Iterator[Block]:
    time.sleep(0.02 * (number % 3))  # later files are often there first
    for part in range(number * 7 % 40):
        yield _block(f"{number}.{part}")


def _go_on() -> None:
    pass


@pytest.mark.parametrize("width", [1, 2, 5])
def test_files_and_blocks_come_in_order(width: int) -> None:
    with ReadAhead(_read, width, _go_on) as ahead:
        found = [(n, [block.text for block in blocks]) for n, blocks in ahead.each(iter(range(12)), lambda n: n == 4)]
    assert found == [(n, [f"{n}.{part}" for part in range(n * 7 % 40)]) for n in range(12)]


@pytest.mark.parametrize("width", [1, 3])
def test_an_error_is_raised_where_its_block_would_come(width: int) -> None:
    def read(number: int) -> Iterator[Block]:
        yield _block(f"{number}")
        if number == 2:
            raise OSError(5, "broken")

    taken = []
    with ReadAhead(read, width, _go_on) as ahead, pytest.raises(OSError, match="broken"):  # noqa: PT012
        for _, blocks in ahead.each(iter(range(5)), lambda _: False):
            taken += [block.text for block in blocks]
    assert taken[:2] == ["0", "1"]


def test_what_is_shared_is_read_in_this_thread_when_its_turn_comes() -> None:
    seen: dict[int, int] = {}

    def read(number: int) -> Iterator[Block]:
        seen[number] = threading.get_ident()
        yield _block("x")

    with ReadAhead(read, 3, _go_on) as ahead:
        for _, blocks in ahead.each(iter(range(6)), lambda n: n % 2 == 0):
            list(blocks)
    here = threading.get_ident()
    assert [seen[n] == here for n in range(6)] == [True, False] * 3


def test_a_check_may_stop_the_wait_for_a_slow_file() -> None:
    release = threading.Event()

    def read(_: int) -> Iterator[Block]:
        release.wait(30)
        yield _block("late")

    def stop() -> None:
        raise InterruptedError

    with ReadAhead(read, 2, stop) as ahead, pytest.raises(InterruptedError):  # noqa: PT012
        for _, blocks in ahead.each(iter(range(2)), lambda _: False):
            list(blocks)
    release.set()


def test_leaving_ends_threads_whose_blocks_nobody_takes() -> None:
    before = set(threading.enumerate())

    def read(_: int) -> Iterator[Block]:
        while True:
            yield _block("more")

    with ReadAhead(read, 3, _go_on) as ahead:
        _, blocks = next(ahead.each(iter(range(9)), lambda _: False))
        next(blocks)
    for thread in set(threading.enumerate()) - before:
        thread.join(20)
        assert not thread.is_alive()
