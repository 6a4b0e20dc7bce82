"""The one table that says who may do what. A route and method without a row opens for nobody."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final

from morasanu.office.access.role import Role

if TYPE_CHECKING:
    from collections.abc import Collection


class Extent(StrEnum):
    """How far a row lets a role see: nothing, what is its own, its unit, its unit and those below, the whole house."""

    NONE = "-"
    SELF = "self"
    UNIT = "unit"
    BELOW = "below"
    ALL = "all"


ORDER: Final = tuple(Extent)
ROLES: Final = tuple(Role)  # the order of the columns
ANYBODY: Final = "anybody"
SIGNED_IN: Final = "signed-in"
NOBODY: Final = "nobody"

_TABLE: Final = """
# route                          methods    executive officer manager handler approver auditor administrator
health                           GET        anybody
language                         POST       anybody
people:first                     GET,POST   anybody
demo:enter                       GET,POST   anybody
people:oidc                      POST       anybody
people:oidc-back                 GET        anybody
account_login                    GET,POST   anybody
account_logout                   GET,POST   anybody
account_inactive                 GET        anybody
account_reauthenticate           GET,POST   signed-in
account_change_password          GET,POST   signed-in
mfa_authenticate                 GET,POST   anybody
mfa_login_webauthn               GET,POST   anybody
mfa_reauthenticate               GET,POST   signed-in
mfa_reauthenticate_webauthn      GET,POST   signed-in
mfa_index                        GET        signed-in
mfa_activate_totp                GET,POST   signed-in
mfa_deactivate_totp              GET,POST   signed-in
mfa_generate_recovery_codes      GET,POST   signed-in
mfa_view_recovery_codes          GET        signed-in
mfa_download_recovery_codes      GET        signed-in
mfa_list_webauthn                GET        signed-in
mfa_add_webauthn                 GET,POST   signed-in
mfa_edit_webauthn                GET,POST   signed-in
mfa_remove_webauthn              GET,POST   signed-in
account_signup                   GET,POST   nobody
account_email                    GET,POST   nobody
account_email_verification_sent GET,POST   nobody
account_confirm_email            GET,POST   nobody
account_set_password             GET,POST   nobody
account_reset_password           GET,POST   nobody
account_reset_password_done      GET,POST   nobody
account_reset_password_from_key GET,POST   nobody
account_reset_password_from_key_done GET,POST nobody
account_confirm_login_code       GET,POST   nobody
today                            GET        all       all     below   unit    below    all     all
people:units                     GET        all       all     below   unit    below    all     all
people:unit-add                  GET,POST   -         all     -       -       -        -       all
people:unit                      GET        all       all     below   unit    below    all     all
people:unit-edit                 GET,POST   -         all     -       -       -        -       all
people:persons                   GET,POST   all       all     below   -       -        all     all
people:export                    GET        all       all     below   -       -        all     all
people:import                    GET,POST   -         all     -       -       -        -       all
people:import-check              GET,POST   -         all     -       -       -        -       all
people:import-answer             GET        -         all     -       -       -        -       all
people:person-add                GET,POST   -         all     -       -       -        -       all
people:person                    GET        all       all     below   self    self     all     all
people:person-edit               GET,POST   -         all     -       -       -        -       all
people:account                   POST       -         -       -       -       -        -       all
people:appointments              GET        all       all     below   -       -        all     all
people:appoint                   GET,POST   -         all     -       -       -        -       -
people:appoint-officer           GET,POST   -         -       -       -       -        -       all
people:appointment               GET        all       all     below   self    self     all     all
people:appointment-end           POST       -         all     -       -       -        -       -
people:letter                    GET        all       all     below   self    self     all     all
requirement:list                 GET        all       all     all     all     all      all     -
requirement:requirement          GET        all       all     all     all     all      all     -
requirement:exclude              GET,POST   -         all     -       -       -        -       -
requirement:include              POST       -         all     -       -       -        -       -
requirement:exclusion            GET        all       all     all     all     all      all     -
requirement:controls             GET        all       all     all     -       -        all     -
requirement:control              GET        all       all     all     -       -        all     -
requirement:control-add          GET,POST   -         all     -       -       -        -       -
requirement:control-edit         GET,POST   -         all     -       -       -        -       -
requirement:adopt                POST       -         all     -       -       -        -       -
requirement:judge                POST       -         all     -       -       -        all     -
requirement:evidence-add         POST       -         all     all     -       -        -       -
requirement:file                 GET        all       all     all     -       -        all     -
requirement:coverage             GET        all       all     all     -       -        all     -
requirement:cell                 GET,POST   -         all     -       -       -        -       -
requirement:coverage-of          GET        all       all     all     -       -        all     -
register:holdings                GET,POST   all       all     below   unit    -        all     -
register:holding-add             GET,POST   -         all     unit    -       -        -       -
register:print                   GET        all       all     below   unit    -        all     -
register:export                  GET        all       all     below   -       -        all     -
register:import                  GET,POST   -         all     unit    -       -        -       -
register:import-check            GET,POST   -         all     unit    -       -        -       -
register:import-answer           GET        -         all     unit    -       -        -       -
register:holding                 GET        all       all     below   unit    -        all     -
register:holding-edit            GET,POST   -         all     unit    -       -        -       -
register:holding-check           POST       -         all     unit    -       -        -       -
register:holding-close           POST       -         all     unit    -       -        -       -
register:storage-add             POST       -         all     unit    -       -        -       -
register:storage-drop            POST       -         all     unit    -       -        -       -
register:flow-add                POST       -         all     unit    -       -        -       -
register:flow-drop               POST       -         all     unit    -       -        -       -
register:locations               GET        all       all     below   unit    -        all     all
register:location-add            GET,POST   -         all     unit    -       -        -       all
register:location                GET        all       all     below   unit    -        all     all
register:location-edit           GET,POST   -         all     unit    -       -        -       all
party:parties                    GET,POST   all       all     all     -       all      all     -
party:party                      GET        all       all     all     -       all      all     -
party:party-add                  GET,POST   -         all     unit    -       -        -       -
party:party-edit                 GET,POST   -         all     unit    -       -        -       -
party:export                     GET        all       all     all     -       -        all     -
party:import                     GET,POST   -         all     unit    -       -        -       -
party:import-check               GET,POST   -         all     unit    -       -        -       -
party:import-answer              GET        -         all     unit    -       -        -       -
register:stocktakes              GET        all       all     below   -       -        all     -
register:stocktake-add           GET,POST   -         all     -       -       -        -       -
register:stocktake               GET        all       all     -       -       -        all     -
register:stocktake-part          GET        all       all     below   -       -        all     -
register:stocktake-answer        POST       -         all     unit    -       -        -       -
register:stocktake-sign          GET,POST   -         all     unit    -       -        -       -
reality:differences              GET        all       all     below   -       -        all     -
reality:difference               GET        all       all     below   -       -        all     -
reality:register                 GET,POST   -         all     unit    -       -        -       -
reality:scans                    GET        all       all     below   -       -        all     all
reality:location                 GET        all       all     below   -       -        all     all
reality:scan                     POST       -         all     below   -       -        -       all
reality:plan                     GET,POST   -         all     -       -       -        -       all
finding:list                     GET        all       all     below   unit    -        all     -
finding:finding                  GET        all       all     below   unit    -        all     -
finding:action-add               GET,POST   -         all     below   -       -        -       -
finding:action-done              POST       -         all     below   -       -        -       -
finding:evidence-add             POST       -         all     below   -       -        -       -
finding:close                    POST       -         all     -       -       -        -       -
finding:accept                   POST       -         all     -       -       -        -       -
due:list                         GET        all       all     -       -       -        all     all
due:retry                        POST       -         all     -       -       -        -       all
seal:list                        GET        all       all     -       -       -        all     all
"""

_Row = dict[Role, Extent] | str


def _parse() -> dict[tuple[str, str], _Row]:
    found: dict[tuple[str, str], _Row] = {}
    for line in _TABLE.splitlines():
        if not line or line.startswith("#"):
            continue
        route, methods, *cells = line.split()
        row: _Row = cells[0] if len(cells) == 1 else dict(zip(ROLES, map(Extent, cells), strict=True))
        for method in methods.split(","):
            if (route, method) in found:
                raise ValueError(route)
            found[route, method] = row
    return found


TABLE: Final = _parse()


def find_row(route: str, method: str) -> _Row:
    """Return the row of a route and a method: `anybody`, `signed-in`, `nobody`, or the extent of each role."""
    return TABLE.get((route, "GET" if method == "HEAD" else method), NOBODY)


def list_methods(route: str) -> list[str]:
    """Return the methods by which a route opens for somebody."""
    return [method for (each, method), row in TABLE.items() if each == route and row != NOBODY]


def find_extent(route: str, method: str, role: Role) -> Extent:
    """Return how far `role` sees on a route."""
    row = find_row(route, method)
    if isinstance(row, str):
        return Extent.NONE if row == NOBODY else Extent.SELF
    return row[role]


def may_open(route: str, method: str, roles: Collection[Role]) -> bool:
    """Return whether one of `roles` opens the route."""
    return any(find_extent(route, method, role) != Extent.NONE for role in roles)
