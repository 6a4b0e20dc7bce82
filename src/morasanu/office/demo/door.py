"""The door of the demo: who a visitor may go in as, and when it is open."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from django.conf import settings
from django.http.request import split_domain_port

from morasanu.office.access.role import Role
from morasanu.rules.load import Words
from morasanu.text.host import is_loopback

if TYPE_CHECKING:
    from django.http import HttpRequest


class Guest(NamedTuple):
    """Somebody to go in as: staff number, the role that counts, what they see and do."""

    number: str
    role: Role
    sees: Words


GUESTS: Final = (
    Guest(
        "S0101",
        Role.OFFICER,
        Words("金庫全体。差異と期限を見て、任命し、判断する", "The whole house: differences, due dates, appointments, decisions"),
    ),
    Guest("R0001", Role.EXECUTIVE, Words("金庫全体を見る。変えることはできない", "The whole house, to read only")),
    Guest("S0377", Role.MANAGER, Words("汐見支店。台帳を直し、差異に答える", "汐見支店: keeps its register, answers differences")),
    Guest("S0318", Role.MANAGER, Words("人事部。健康診断や個人番号を扱う部署", "人事部: a department with health data and My Numbers")),
    Guest("S0204", Role.APPROVER, Words("浜町支店。管理者が空席の店の支店長", "浜町支店: head of a branch whose data manager's post is vacant")),
    Guest("S0412", Role.HANDLER, Words("汐見支店の自分の担当だけ", "Only what is theirs in 汐見支店")),
    Guest("S0125", Role.AUDITOR, Words("金庫全体と証拠の台帳。変えることはできない", "The whole house and the ledger of evidence, to read only")),
    Guest("S0214", Role.ADMINISTRATOR, Words("利用者と組織の設定、機械の調子", "Accounts, units, how the machine is doing")),
)  # fmt: skip


def is_door_open(request: HttpRequest) -> bool:
    """Return whether the door stands open: only in a demo that nobody can reach but from this machine, and for a request from it.

    A proxy on this machine would make everybody look as if they sat here, so a request that was passed on is refused.
    """
    place = settings.PLACE
    if place is None or not place.is_demo or not settings.IS_LOCAL:
        return False
    was_passed_on = any(name in request.META for name in _PASSED_ON)
    host, _ = split_domain_port(request.get_host())
    return not was_passed_on and is_loopback(request.META.get("REMOTE_ADDR", "")) and is_loopback(host.strip("[]"))


_PASSED_ON: Final = ("HTTP_FORWARDED", "HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_HOST", "HTTP_X_REAL_IP", "HTTP_VIA")
