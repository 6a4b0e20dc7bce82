"""From names to sources: folders and addresses side by side, secrets only from a file that nobody else can read."""

from __future__ import annotations

import stat
from io import BytesIO
from typing import TYPE_CHECKING, BinaryIO

import pytest

from morasanu.errors import InputError
from morasanu.source import place
from morasanu.source.credential import Credentials, load_credentials
from morasanu.source.interface import Access, Item
from morasanu.source.place import open_places

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class _Shelf:
    """A source of two things, as another package would bring one."""

    def __init__(self, url: str, access: Access) -> None:
        self.url, self.access = url, access

    def items(self) -> Iterator[Item]:
        yield Item(f"{self.url}/a", self.url, 1, "1")
        yield Item(f"{self.url}/b", self.url, 1, "1")

    def open(self, path: str) -> BinaryIO:
        return BytesIO(path.encode())  # type: ignore[return-value]

    def version(self, _: str) -> str:
        return str(sorted(self.access.secrets.items()))


class _Entry:
    def load(self) -> type[_Shelf]:
        return _Shelf


@pytest.fixture
def _shelves(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        place, "entry_points", lambda group, name: [_Entry()] if (group, name) == (place.GROUP, "shelf") else []
    )


def _credentials(path: Path, text: str, mode: int = stat.S_IRUSR) -> Path:
    path.write_text(text, encoding="utf-8")
    path.chmod(mode)
    return path


@pytest.mark.usefixtures("_shelves")
def test_folders_and_addresses_are_one_source(tmp_path: Path) -> None:
    (tmp_path / "x.txt").write_text("x", encoding="utf-8")
    source = open_places([str(tmp_path), "shelf://one", "shelf://one/deep"], Credentials())
    paths = [item.path for item in source.items()]
    assert paths == [
        str(tmp_path / "x.txt"),
        "shelf://one/a",
        "shelf://one/b",
        "shelf://one/deep/a",
        "shelf://one/deep/b",
    ]
    with source.open("shelf://one/deep/b") as file:
        assert file.read() == b"shelf://one/deep/b"  # type: ignore[union-attr]
    with source.open(paths[0]) as file:
        assert file.read() == b"x"  # type: ignore[union-attr]


@pytest.mark.usefixtures("_shelves")
def test_a_thing_that_two_addresses_lead_to_is_listed_once() -> None:
    source = open_places(["shelf://one", "shelf://one"], Credentials())
    assert [item.path for item in source.items()] == ["shelf://one/a", "shelf://one/b"]


@pytest.mark.usefixtures("_shelves")
def test_each_place_is_given_its_own_secrets() -> None:
    known = Credentials([{"url": "shelf://one", "user": "a"}, {"url": "shelf://one/deep", "user": "b"}])
    source = open_places(["shelf://one", "shelf://one/deep", "shelf://onerous"], known)
    assert source.version("shelf://one/a") == "[('user', 'a')]"
    assert source.version("shelf://one/deep/a") == "[('user', 'b')]"
    assert source.version("shelf://onerous/a") == "[]"


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("gopher://old.example.jp", "MRS-I-017"),
        ("shelf://taro@one", "MRS-I-018"),
        ("shelf://taro:Himitsu-99@one", "MRS-I-018"),
        ("shelf://one?password=Himitsu-99", "MRS-I-018"),
    ],
)
@pytest.mark.usefixtures("_shelves")
def test_an_address_that_nobody_knows_or_that_holds_a_secret_is_refused(name: str, code: str) -> None:
    with pytest.raises(InputError, match=code) as caught:
        open_places([name], Credentials())
    assert "Himitsu" not in caught.value.message_en + caught.value.message_ja + str(caught.value)


def test_secrets_are_never_shown() -> None:
    assert "Himitsu" not in repr(Access({"password": "Himitsu-99"}))


def test_values_may_stand_in_other_files_and_in_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MORASANU_TEST_TOKEN", "t-1")
    (tmp_path / "secret").write_text("Himitsu-99\n", encoding="utf-8")
    path = _credentials(
        tmp_path / "c.yaml",
        "- url: shelf://one\n  user: audit\n  password_file: secret\n  token_env: MORASANU_TEST_TOKEN\n  ca_file: ca.pem\n  port: 99\n",
    )
    assert load_credentials(path).find("shelf://one/a") == {
        "user": "audit", "password": "Himitsu-99", "token": "t-1", "ca_file": "ca.pem", "port": "99",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("text", "mode", "code"),
    [
        ("- url: shelf://one\n", 0o640, "MRS-I-014"),
        ("url: shelf://one\n", 0o600, "MRS-I-015"),
        ("- user: audit\n", 0o600, "MRS-I-015"),
        ("- url: shelf://one\n  password: [Himitsu-99]\n", 0o600, "MRS-I-015"),
        ("- url: [\n", 0o600, "MRS-I-015"),
        ("- url: shelf://one\n  password_env: MORASANU_NOT_THERE\n", 0o600, "MRS-I-016"),
        ("- url: shelf://one\n  password_file: not-there\n", 0o600, "MRS-I-001"),
    ],
)
def test_a_credentials_file_that_is_wrong_is_told(tmp_path: Path, text: str, mode: int, code: str) -> None:
    with pytest.raises(InputError, match=code) as caught:
        load_credentials(_credentials(tmp_path / "c.yaml", text, mode))
    assert "Himitsu" not in str(caught.value)


def test_a_missing_credentials_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="MRS-I-001"):
        load_credentials(tmp_path / "c.yaml")
