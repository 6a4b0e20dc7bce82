"""CP932, the character set of old Japanese programs: what it cannot hold becomes 〓 and is told, never a question mark."""

from __future__ import annotations

import codecs
from typing import Final

GETA: Final = "〓"
# the same signs, which JIS and Microsoft map to different characters
_TWINS: Final = str.maketrans("〜−‖—¢£¬", "～－∥―￠￡￢")
_ERRORS: Final = "morasanu-geta"


def _replace(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return GETA * (error.end - error.start), error.end


codecs.register_error(_ERRORS, _replace)


def narrow(text: str) -> str:
    """Return `text` as CP932 holds it: signs by their twins, everything else that it lacks as 〓.

    >>> narrow("𠮷田 10〜20"), narrow("髙﨑①㈱")
    ('〓田 10～20', '髙﨑①㈱')
    """
    return text.translate(_TWINS).encode("cp932", _ERRORS).decode("cp932")


def find_lost(text: str) -> str:
    """Return the characters of `text` that CP932 does not hold as they are, each once, in their order.

    >>> find_lost("𠮷田〜𠮷"), find_lost("髙﨑")
    ('𠮷〜', '')
    """
    narrowed = narrow(text)
    return "" if narrowed == text else "".join(dict.fromkeys(a for a, b in zip(text, narrowed, strict=True) if a != b))
