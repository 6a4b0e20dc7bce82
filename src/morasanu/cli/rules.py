"""`morasanu rules list|show|check`: what is looked for, and whether detectors of one's own do what they say."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import yaml

from morasanu.detect.label import NONE
from morasanu.detect.load import load_engine
from morasanu.detect.spec import load_specs
from morasanu.detect.trial import try_examples
from morasanu.errors import InputError, RuleError

if TYPE_CHECKING:
    import argparse

    from morasanu.cli.language import Speaker
    from morasanu.detect.spec import Spec


def run(options: argparse.Namespace, say: Speaker) -> int:
    """Return 0. Raises RuleError for a broken detector or an example that does not come out."""
    if options.act == "list":
        _list(load_specs(options.detectors), say)
    elif options.act == "show":
        _show(load_specs(options.detectors), options.id)
    else:
        _check(options, say)
    return 0


def _list(specs: tuple[Spec, ...], say: Speaker) -> None:
    width = max(len(spec.id) for spec in specs)
    for spec in specs:
        if spec.label != NONE:
            print(f"{spec.id:{width}}  {spec.label:17}  {spec.checked:10}  {say(spec.title_ja, spec.title_en)}")


def _show(specs: tuple[Spec, ...], identity: str) -> None:
    spec = next((spec for spec in specs if spec.id == identity), None)
    if spec is None:
        raise InputError("MRS-I-004", f"その名前の規則はありません: {identity}", f"no detector of this id: {identity}")
    shown = {key: _plain(value) for key, value in dataclasses.asdict(spec).items() if value}
    print(yaml.safe_dump(shown, allow_unicode=True, sort_keys=False, width=110), end="")


def _plain(value: object) -> object:
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return value


def _check(options: argparse.Namespace, say: Speaker) -> None:
    specs = load_specs(options.files)
    engine = load_engine(options.files)
    tried = 0
    for spec in specs:
        failure = try_examples(spec, engine)
        tried += len(spec.examples) + len(spec.counter_examples)
        if failure is not None:
            raise RuleError(
                "MRS-R-012",
                f"検出規則 {spec.id}: 例のとおりになりません: {failure.text}（期待 {failure.expected}、結果 {failure.found}）",
                f"detector {spec.id}: an example does not come out: {failure.text} (expected {failure.expected}, found {failure.found})",
            )
    print(
        say(
            f"規則 {len(specs)} 件、例と反例 {tried} 件、すべて期待どおりです。",
            f"{len(specs)} detectors, {tried} examples and counter-examples: all as expected.",
        )
    )
