"""The result as JSON lines: the scan, then each file followed by its hits, then an end line that proves it is whole."""

from __future__ import annotations

import json
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from morasanu.scan.model import ColumnVerdict, FileRecord, Hit, ScanInfo, ScanResult


def write_jsonl(result: ScanResult, file: IO[str]) -> None:
    """Write one object a line, told apart by `type`: `scan`, `file`, `unread` (something inside it), `column`, `hit`, `end`."""
    _write(file, describe_scan(result.info))
    files = hits = 0
    for record in result.files():
        files += 1
        _write(file, _describe_file(record))
        for part, reason in result.unread_of(record.number):
            what = {"type": "unread", "path": record.path, "part": part}
            _write(file, {**what, "code": reason.code, "ja": reason.ja, "en": reason.en})
        for verdict in result.columns_of(record.number):
            _write(file, _describe_column(record.path, verdict))
        if record.counts:
            for hit in result.hits_of(record.number):
                hits += 1
                _write(file, _describe_hit(hit))
    _write(file, {"type": "end", "files": files, "hits": hits})


def describe_scan(info: ScanInfo) -> dict[str, object]:
    """Return the head of a result as JSON values; times are ISO 8601 with offset."""
    return {
        "type": "scan",
        "roots": info.roots,
        "started_at": info.started_at.isoformat(timespec="seconds"),
        "finished_at": info.finished_at.isoformat(timespec="seconds"),
        "is_complete": info.is_complete,
        "is_revealed": info.is_revealed,
        "version": info.version,
        "rules_digest": info.rules_digest,
        "bytes_read": info.bytes_read,
    }


def _describe_file(record: FileRecord) -> dict[str, object]:
    low, likely, high = record.persons.estimate()
    reason = record.reason
    return {
        "type": "file",
        "path": record.path,
        "place": record.place,
        "size_bytes": record.size_bytes,
        "charset": record.charset,
        "status": record.status,
        "reason": {"code": reason.code, "ja": reason.ja, "en": reason.en} if reason else None,
        "counts": record.counts,
        "classes": record.classes,
        "persons": {"low": low, "likely": likely, "high": high},
        "from_state": record.from_state,
    }


def _describe_column(path: str, verdict: ColumnVerdict) -> dict[str, object]:
    return {
        "type": "column",
        "path": path,
        "name": verdict.column,
        "column_type": verdict.type,
        "label": verdict.label,
        "found": verdict.found,
        "rows": verdict.rows,
        "share": round(verdict.share, 4),
    }


def _describe_hit(hit: Hit) -> dict[str, object]:
    finding = hit.finding
    return {
        "type": "hit",
        "path": hit.locator.source,
        "part": hit.locator.part,
        "line": hit.locator.line,
        "column": hit.locator.column,
        "start": finding.start,
        "end": finding.end,
        "label": finding.label,
        "score": finding.score,
        "why": finding.why,
        "classes": hit.classes,
        "shown": hit.shown,
    }


def _write(file: IO[str], row: dict[str, object]) -> None:
    file.write(json.dumps(row, ensure_ascii=False, separators=(",", ":")) + "\n")
