"""Differences and scans in words, in both languages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from morasanu.duty.reconcile import Kind
from morasanu.finding import Label
from morasanu.office.reality.models import RunState
from morasanu.rules.load import Words, load_rules

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

KINDS: Final = {
    Kind.UNREGISTERED: Words("台帳にない", "not registered"),
    Kind.UNDECLARED_LABEL: Words("区分が台帳にない", "kind not declared"),
    Kind.MORE_PERSONS: Words("人数が台帳より多い", "more persons"),
    Kind.NOT_SEEN: Words("台帳だけにある", "registered only"),
    Kind.NOT_INSPECTED: Words("検査できていない", "not inspected"),
    Kind.EXPOSED: Words("パスワード・鍵が見える", "passwords or keys lie open"),
}
RUN_STATES: Final = {
    RunState.WAITING: Words("待機", "waiting"),
    RunState.RUNNING: Words("走査中", "scanning"),
    RunState.DONE: Words("完了", "done"),
    RunState.FAILED: Words("失敗", "failed"),
}
RUN_SHAPES: Final = {
    RunState.WAITING: "open",
    RunState.RUNNING: "doing",
    RunState.DONE: "done",
    RunState.FAILED: "late",
}
_FAULTS: Final = {
    "MRS-I-001": Words(
        "フォルダーが見つかりません。共有がつながっているか、移されていないかを確かめてください。",
        "The folder was not found: see whether the share is mounted, or was moved.",
    ),
    "MRS-I-017": Words(
        "宛先の種類を知りません。保管場所の宛先を直してください。", "The kind of address is unknown: correct it."
    ),
    "MRS-I-018": Words(
        "宛先に利用者名やパスワードがあります。接続情報のファイルに移してください。",
        "The address holds a user or a password: these belong into the credentials file.",
    ),
    "MRS-O-033": Words("この宛先を読む部品が入っていません。", "The part that reads this address is not installed."),
    "MRS-O-002": Words(
        "走査の記録を書けません。ディスクの空きを確かめてください。",
        "The scan's state cannot be written: see whether the disk is full.",
    ),
    "MRS-O-090": Words(
        "走査の途中で何度も止まりました。メモリの空きを確かめてください。",
        "The scan's process died again and again: see whether memory is short.",
    ),
}


def describe_fault(code: str) -> Words:
    """Return why a scan failed and what to do; an unknown code is shown as it is."""
    return _FAULTS.get(code, Words(f"走査できませんでした（{code}）。", f"It could not be scanned ({code})."))


def name_place(place: str) -> Words:
    """Return a place below a location's address; the address itself has a name of its own."""
    return Words(place or "フォルダーの直下", place or "the top folder")


def join_labels(labels: Iterable[str]) -> Words:
    """Return the titles of labels in a row."""
    titles = [load_rules().title(Label(each)) for each in labels]
    return Words("、".join(each.ja for each in titles), ", ".join(each.en for each in titles))


def _say_unregistered(facts: Mapping[str, Any]) -> Words:
    place, labels, (_, likely, _) = name_place(facts["place"]), join_labels(facts["labels"]), facts["persons"]
    return Words(
        f"台帳にない個人データが「{place.ja}」にあります。およそ{likely:,}人分（{labels.ja}）。",
        f"Personal data that no holding names lies in “{place.en}”: about {likely:,} persons ({labels.en}).",
    )


def _say_undeclared(facts: Mapping[str, Any]) -> Words:
    place, labels = name_place(facts["place"]), join_labels(facts["labels"])
    return Words(
        f"「{place.ja}」に、台帳に書かれていない区分があります: {labels.ja}。",
        f"“{place.en}” holds kinds of data that are not declared: {labels.en}.",
    )


def _say_more(facts: Mapping[str, Any]) -> Words:
    place, (low, _, _), declared = name_place(facts["place"]), facts["persons"], facts["declared"]
    return Words(
        f"「{place.ja}」に、台帳の{declared:,}人より多い、少なくとも{low:,}人分があります。",
        f"“{place.en}” holds at least {low:,} persons; the register says {declared:,}.",
    )


def _say_not_seen(facts: Mapping[str, Any]) -> Words:
    place = name_place(facts["place"])
    return Words(
        f"台帳では「{place.ja}」にあるはずの個人データが、走査では見つかりません。",
        f"The register names “{place.en}”, where the scan saw nothing personal.",
    )


def _say_not_inspected(facts: Mapping[str, Any]) -> Words:
    missing, files = facts["not_inspected"], facts["files"]
    return Words(
        f"{files:,}件のうち{missing:,}件を検査できませんでした。「ない」ことにはなりません。",
        f"{missing:,} of {files:,} files could not be inspected, which does not mean clean.",
    )


def _say_secret(facts: Mapping[str, Any]) -> Words:
    place, count = name_place(facts["place"]), sum(facts["labels"].values())
    return Words(
        f"「{place.ja}」に、パスワードや鍵が{count:,}件、そのまま読める形であります。移して、使えないように変えてください。",
        f"{count:,} passwords or keys lie open in “{place.en}”: move them, and change what they open.",
    )


SENTENCES: Final[Mapping[str, Callable[[Mapping[str, Any]], Words]]] = {
    Kind.UNREGISTERED: _say_unregistered,
    Kind.UNDECLARED_LABEL: _say_undeclared,
    Kind.MORE_PERSONS: _say_more,
    Kind.NOT_SEEN: _say_not_seen,
    Kind.NOT_INSPECTED: _say_not_inspected,
    Kind.EXPOSED: _say_secret,
}
