"""Takes rights away from this process for good: memory, time, files, processes, network. Linux gives all of it, others some."""

from __future__ import annotations

import ctypes
import os
import resource
import sys
from contextlib import suppress
from typing import Final

_NO_NEW_PRIVILEGES: Final = 38
_NEW_NETWORK: Final = 0x40000000
_NEW_USER: Final = 0x10000000


def confine(memory_bytes: int) -> dict[str, bool]:
    """Return which confinements hold for this process from now on; what the system does not know is False.

    No file can be written, no process started, at most `memory_bytes` of data held, no right regained, no network reached.
    """
    held = {
        "memory": _limit("RLIMIT_DATA", memory_bytes),
        "files": _limit("RLIMIT_FSIZE", 0),
        "descriptors": _limit("RLIMIT_NOFILE", 64),
        "processes": _limit("RLIMIT_NPROC", 0),
        "core": _limit("RLIMIT_CORE", 0),
        "network": False,
        "privileges": False,
    }
    if sys.platform == "linux":
        libc = ctypes.CDLL(None, use_errno=True)
        flags = _NEW_NETWORK if os.geteuid() == 0 else _NEW_NETWORK | _NEW_USER
        held["network"] = libc.unshare(flags) == 0
        held["privileges"] = libc.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0) == 0
    return held


def _limit(name: str, value: int) -> bool:
    with suppress(AttributeError, ValueError, OSError):
        which = getattr(resource, name)
        _, hard = resource.getrlimit(which)
        value = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(which, (value, value))
        return True
    return False


def add_cpu(seconds: int) -> None:
    """Let this process use `seconds` of processor time more than it was allowed."""
    allowed, hard = resource.getrlimit(resource.RLIMIT_CPU)
    if allowed != resource.RLIM_INFINITY:
        resource.setrlimit(resource.RLIMIT_CPU, (allowed + seconds, hard))


def allow_cpu(seconds: int) -> None:
    """Let this process use at most `seconds` of processor time from now; beyond, the system ends it."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    spent = int(used.ru_utime + used.ru_stime) + 1
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (spent + seconds, hard))
