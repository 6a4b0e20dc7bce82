"""Signing in through the institution's provider: to it and back. Nobody signs up, and no address of mail connects anybody."""

from __future__ import annotations

import hmac
import time
from typing import TYPE_CHECKING, Any, Final

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import perform_login
from allauth.account.models import Login
from django.conf import settings
from django.shortcuts import redirect, render
from django.urls import reverse

from morasanu.errors import InputError, MorasanuError
from morasanu.office.base.words import say_error
from morasanu.office.people.models import Account

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.http import HttpRequest, HttpResponse

    from morasanu.office.people.directory import Oidc

_SESSION: Final = "oidc"
SECOND_FACTOR: Final = "oidc-second-factor"
"""Set in a session whose second factor the provider has asked for, where the institution's file accepts that."""
_LONGEST_S: Final = 10 * 60
_LONGEST_CODE: Final = 4_000


def _need() -> Oidc:
    """Return the provider. Raises InputError MRS-I-078 where there is none."""
    found: Oidc | None = settings.DIRECTORY.oidc
    if found is None:
        raise InputError("MRS-I-078", "社内の認証は使っていません", "there is no organisation's sign-in here")
    return found


def _make_back(request: HttpRequest) -> str:
    return request.build_absolute_uri(reverse("people:oidc-back"))


def go(request: HttpRequest) -> HttpResponse:
    """Send the browser to the provider."""
    try:
        oidc = _need()
        from morasanu.office.people.provider import begin, find_provider, make_address  # noqa: PLC0415 - an extra

        begun = begin()
        address = make_address(oidc, find_provider(oidc), begun, _make_back(request))
    except MorasanuError as error:
        return _tell(request, error)
    request.session[_SESSION] = {"at": int(time.time()), "begun": list(begun)}
    return redirect(address)


def come_back(request: HttpRequest) -> HttpResponse:
    """Take the browser back from the provider, signed in or with a sentence that says why not."""
    try:
        oidc = _need()
        claims = _take_claims(request, oidc)
        account = find_account(oidc, claims)
    except MorasanuError as error:
        return _tell(request, error)
    return _sign_in(request, oidc, account, claims)


def _take_claims(request: HttpRequest, oidc: Oidc) -> Mapping[str, Any]:
    """Return who came back. Raises MRS-I-073 for an answer to nothing that this browser asked, and as `provider.take_claims` does."""
    from morasanu.office.people.provider import Begun, take_claims  # noqa: PLC0415 - an extra

    kept = request.session.pop(_SESSION, None)  # good for one answer
    begun = Begun(*kept["begun"]) if kept and time.time() - kept["at"] < _LONGEST_S else None
    if begun is None or not hmac.compare_digest(request.GET.get("state", "").encode(), begun.state.encode()):
        raise InputError(
            "MRS-I-073",
            "この画面から始めたサインインではないか、時間がたちすぎました。もう一度サインインしてください",
            "this sign-in was not begun here, or too long ago: sign in again",
        )
    code = request.GET.get("code", "")
    if (
        not code
        or len(code) > _LONGEST_CODE
        or "error" in request.GET
        or request.GET.get("iss", oidc.issuer) != oidc.issuer
    ):
        raise InputError(
            "MRS-I-076",
            "社内の認証で、サインインが完了しませんでした",
            "your organisation's sign-in did not let you in",
        )
    return take_claims(oidc, begun, code, _make_back(request))


def find_account(oidc: Oidc, claims: Mapping[str, Any]) -> Account:
    """Return the account that is called what the claim says, and that has no password of its own.

    Raises InputError MRS-I-075 when the administrator has made none, or has closed it.
    """
    name = claims.get(oidc.claim)
    account = Account.objects.filter(username=name).first() if isinstance(name, str) and name else None
    if account is None or account.has_usable_password() or not account.is_active:
        raise InputError(
            "MRS-I-075",
            "このシステムを使う登録がありません。システム管理の担当者に言ってください",
            "you have no account here: tell the system administrator",
        )
    return account


def _sign_in(request: HttpRequest, oidc: Oidc, account: Account, claims: Mapping[str, Any]) -> HttpResponse:
    from morasanu.office.people.provider import has_second_factor  # noqa: PLC0415 - an extra

    account.backend = settings.AUTHENTICATION_BACKENDS[0]  # where Django looks for it
    if not has_second_factor(oidc, claims):
        answer: HttpResponse = perform_login(request, Login(user=account))
        return answer
    get_adapter().login(request, account)
    request.session[SECOND_FACTOR] = True
    return redirect(settings.LOGIN_REDIRECT_URL)


def _tell(request: HttpRequest, error: MorasanuError) -> HttpResponse:
    return render(request, "base/refused.html", {"sentence": say_error(error)}, status=409)
