"""The hits as SARIF 2.1.0, which code platforms and editors read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final
from urllib.parse import quote

from morasanu.scan.model import Status
from morasanu.source.place import is_address

if TYPE_CHECKING:
    from collections.abc import Iterator

    from morasanu.rules.load import Rules
    from morasanu.scan.model import Hit, ScanResult

_SCHEMA: Final = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_GRAVE: Final = frozenset(("specific_personal", "special_care", "property_damage", "identification_code"))


def write_sarif(result: ScanResult, rules: Rules, language: str, file: IO[str]) -> None:
    """Write one run; every label is a rule, every hit a result, every unread file a notification.

    Source: OASIS SARIF 2.1.0, sections 3.14 (run), 3.20 (invocation), 3.27 (result), 3.30 (region).
    """
    labels = sorted({label for record in result.files() for label in record.counts})
    info = result.info
    head = {
        "tool": {
            "driver": {
                "name": "Morasanu",
                "version": info.version,
                "rules": [
                    {
                        "id": label,
                        "shortDescription": {"text": rules.title(label).of(language)},
                        "properties": {"legalClasses": [b.legal_class for b in rules.classify(label, "")]},
                    }
                    for label in labels
                ],
            }
        },
        "columnKind": "unicodeCodePoints",
    }
    file.write(f'{{"$schema":{json.dumps(_SCHEMA)},"version":"2.1.0","runs":[{{')
    file.write(json.dumps(head, ensure_ascii=False)[1:-1])
    file.write(',"invocations":[{"executionSuccessful":' + json.dumps(info.is_complete))
    file.write(
        f',"startTimeUtc":"{info.started_at:%Y-%m-%dT%H:%M:%SZ}","endTimeUtc":"{info.finished_at:%Y-%m-%dT%H:%M:%SZ}"'
    )
    file.write(',"toolExecutionNotifications":[')
    _write_list(_notifications(result, language), file)
    file.write(']}],"results":[')
    index = {label: number for number, label in enumerate(labels)}
    _write_list((_describe(hit, index[hit.finding.label], rules, language) for hit in result.hits()), file)
    file.write("]}]}\n")


def _write_list(rows: Iterator[dict[str, object]], file: IO[str]) -> None:
    for number, row in enumerate(rows):
        file.write(("," if number else "") + "\n" + json.dumps(row, ensure_ascii=False, separators=(",", ":")))


def _describe(hit: Hit, rule_index: int, rules: Rules, language: str) -> dict[str, object]:
    finding, locator = hit.finding, hit.locator
    grave = any(name in _GRAVE for name in hit.classes)
    return {
        "ruleId": finding.label,
        "ruleIndex": rule_index,
        "level": "error" if grave else "warning" if rules.labels.get(finding.label) else "note",
        "message": {"text": f"{rules.title(finding.label).of(language)}: {hit.shown}"},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": _uri(locator.source)},
                    "region": {
                        "startLine": locator.line,
                        "startColumn": locator.column,
                        "endLine": hit.end_line,
                        "endColumn": hit.end_column,
                        "charOffset": finding.start,
                        "charLength": finding.end - finding.start,
                    },
                },
                **({"logicalLocations": [{"fullyQualifiedName": locator.part}]} if locator.part else {}),
            }
        ],
        "rank": round(finding.score * 100, 1),
        "properties": {"why": finding.why, "legalClasses": hit.classes},
    }


def _notifications(result: ScanResult, language: str) -> Iterator[dict[str, object]]:
    for record in result.files():
        if record.status != Status.INSPECTED and record.reason:
            yield {
                "level": "warning",
                "descriptor": {"id": record.reason.code},
                "message": {"text": record.reason.ja if language == "ja" else record.reason.en},
                "locations": [{"physicalLocation": {"artifactLocation": {"uri": _uri(record.path)}}}],
            }


def _uri(path: str) -> str:
    """Return a relative reference, a file URI for an absolute path, an address as it is (RFC 3986, RFC 8089)."""
    if is_address(path):
        return quote(path, safe=":/@%[]")
    return Path(path).as_uri() if Path(path).is_absolute() else quote(Path(path).as_posix())
