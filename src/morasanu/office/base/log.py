"""What the office writes to the log: what happened and where, never with what data."""

from __future__ import annotations

import logging


class BareFilter(logging.Filter):
    """Takes addresses' queries and the words of exceptions out of log lines: both may hold personal data."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Return true, with the record laid bare."""
        if record.exc_info and isinstance(record.exc_info, tuple) and record.exc_info[0] is not None:
            place = _find_place(record.exc_info[2])
            record.msg, record.args = f"{record.exc_info[0].__name__} {place}", ()
            record.exc_info = None
            record.exc_text = None
        elif isinstance(record.args, tuple):
            record.args = tuple(map(_strip, record.args))
        elif record.args:  # logging takes a single mapping out of its tuple
            named = {name: _strip(value) for name, value in record.args.items()}
            record.args = named if "%(" in str(record.msg) else (type(record.args).__name__,)
        return True


def _strip(value: object) -> object:
    """Return what a line may say of `value`: numbers, words without an address's query, and of anything else its type."""
    if isinstance(value, str):
        return value.partition("?")[0]
    return value if isinstance(value, int | float) else type(value).__name__


def _find_place(trace: object) -> str:
    place = ""
    while trace is not None:
        frame = trace.tb_frame  # type: ignore[attr-defined]
        place = f"{frame.f_code.co_qualname}:{trace.tb_lineno}"  # type: ignore[attr-defined]
        trace = trace.tb_next  # type: ignore[attr-defined]
    return place
