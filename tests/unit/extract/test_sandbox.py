"""A child that a file takes over can do nothing, and costs that file only."""

from __future__ import annotations

import socket
import zipfile
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from morasanu.extract.interface import Limits, Piece, Unread
from morasanu.extract.pool import SandboxPool
from morasanu.extract.sandbox import Sandbox, SandboxOptions

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

HOSTILE = "tests.unit.extract.hostile"
LZH = b"\x00\x00-lh0-" + b"\x00" * 40


def make(**options: object) -> Sandbox:
    known = {"memory_bytes": 512_000_000, "cpu_s": 2, "wall_s": 8.0, "modules": (HOSTILE,)}
    return Sandbox(SandboxOptions(**(known | options)))  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with make() as made:
        yield made


def read(sandbox: Sandbox, folder: Path, name: str, content: bytes = LZH) -> list[Piece | Unread]:
    path = folder / name
    path.write_bytes(content)
    with path.open("rb") as file:
        return list(sandbox.read(file, name))


def codes(out: list[Piece | Unread]) -> list[str]:
    return [item.code for item in out if isinstance(item, Unread)]


def test_file_inside_a_file_comes_out_with_where_it_lay(sandbox: Sandbox, tmp_path: Path) -> None:
    assert read(sandbox, tmp_path, "good.lzh") == [
        Piece("before", "first\n"),
        Piece("inside", "山田 太郎"),
        Piece("after", "last\n"),
        Piece("names", "inside\n"),
    ]


@pytest.mark.parametrize(
    ("act", "code"),
    [
        ("crash", "MRS-X-026"),
        ("die", "MRS-X-026"),
        ("spin", "MRS-X-026"),
        ("eat", "MRS-X-022"),
        ("deep", "MRS-X-025"),
        ("refuse", "MRS-X-020"),
    ],
)
def test_attack_costs_the_file_and_what_came_before_is_kept(
    sandbox: Sandbox, tmp_path: Path, act: str, code: str
) -> None:
    out = read(sandbox, tmp_path, f"{act}.lzh")
    assert out[0] == Piece("before", "first\n")
    assert codes(out) == [code]
    assert len(out) == 2
    assert len(read(sandbox, tmp_path, "good.lzh")) == 4  # the next file is read as ever


def test_work_that_gives_text_earns_the_time_to_go_on(tmp_path: Path) -> None:
    with make(cpu_s=1, wall_s=60.0) as sandbox:
        telling, silent = (read(sandbox, tmp_path, name) for name in ("work.telling.lzh", "work.silent.lzh"))
    assert len(telling) == 12
    assert codes(telling) == []
    assert codes(silent) == ["MRS-X-026"]
    assert silent[0] == Piece("before", "first\n")


def test_many_passwords_earn_the_time_to_try_them(tmp_path: Path) -> None:
    with make(cpu_s=1, wall_s=60.0, passwords=tuple(map(str, range(10)))) as sandbox:
        assert codes(read(sandbox, tmp_path, "work.silent.lzh")) == []


def test_sleep_ends_at_the_wall(tmp_path: Path) -> None:
    with make(wall_s=1.0) as sandbox:
        out = read(sandbox, tmp_path, "sleep.lzh")
    assert [item.en for item in out if isinstance(item, Unread)] == ["the reading child died (time)"]


def test_writing_is_refused(sandbox: Sandbox, tmp_path: Path) -> None:
    out = read(sandbox, tmp_path, "write.lzh")
    assert codes(out) in (["MRS-X-025"], ["MRS-X-026"])  # an error, or the signal of the limit


def test_network_is_not_reached(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = str(server.getsockname()[1])
        with make(passwords=(port,)) as sandbox:
            out = read(sandbox, tmp_path, "connect.lzh")
            if not sandbox.confinement["network"]:
                pytest.skip("this kernel gives no network of its own to a child")
    assert codes(out) == ["MRS-X-025"]


def test_flood_ends_at_the_total(tmp_path: Path) -> None:
    with make(limits=Limits(total_bytes=30_000_000)) as sandbox:
        out = read(sandbox, tmp_path, "flood.lzh")
    assert codes(out) == ["MRS-X-022"]
    assert len(out) < 20


def test_text_is_read_too(sandbox: Sandbox, tmp_path: Path) -> None:
    assert read(sandbox, tmp_path, "a.txt", "氏名".encode()) == [Piece("", "氏名")]


def test_attack_half_characters_come_out_whole(sandbox: Sandbox, tmp_path: Path) -> None:
    assert Piece("\ufffda", "b\ufffd\n") in read(sandbox, tmp_path, "half.lzh")


def test_a_pool_reads_in_several_threads_at_a_time(tmp_path: Path) -> None:
    paths = []
    for number in range(6):
        paths.append(tmp_path / f"{number}.zip")
        with zipfile.ZipFile(paths[-1], "w") as archive:
            archive.writestr("控え.txt", f"番号 {number}")

    def read(path: Path) -> list[str]:
        with path.open("rb") as file:
            return [out.text for out in pool.read(file, path.name) if isinstance(out, Piece)]

    with SandboxPool() as pool, ThreadPoolExecutor(3) as threads:
        assert list(threads.map(read, paths)) == [[f"番号 {number}", "控え.txt\n"] for number in range(6)]


def test_an_answer_that_is_left_halfway_is_not_taken_for_the_next_one(tmp_path: Path) -> None:
    for name in ("a", "b"):
        with zipfile.ZipFile(tmp_path / name, "w") as archive:
            archive.writestr("1.txt", f"{name}1")
            archive.writestr("2.txt", f"{name}2")
    with Sandbox() as sandbox, (tmp_path / "a").open("rb") as first, (tmp_path / "b").open("rb") as second:
        left = sandbox.read(first, "a")
        next(left)
        left.close()  # type: ignore[attr-defined]
        assert [out.text for out in sandbox.read(second, "b") if isinstance(out, Piece)] == [
            "b1",
            "b2",
            "1.txt\n2.txt\n",
        ]


def test_a_small_file_does_not_cost_what_its_limit_allows(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("控え", encoding="utf-8")
    limits = Limits(member_bytes=400_000_000)
    with (
        Sandbox(SandboxOptions(memory_bytes=300_000_000, limits=limits)) as box,
        (tmp_path / "a.txt").open("rb") as file,
    ):
        assert [out.text for out in box.read(file, "a.txt") if isinstance(out, Piece)] == ["控え"]
