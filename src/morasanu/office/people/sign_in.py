"""How allauth works here: nobody signs up, a failed attempt makes the next one wait longer, and nobody is locked out by others."""

from __future__ import annotations

import datetime as dt
import hmac
from typing import TYPE_CHECKING, Any, Final

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction

from morasanu.office.base.clock import read_today
from morasanu.office.base.words import say
from morasanu.office.people.models import Account, Attempt
from morasanu.office.seal.keep import leave_trace
from morasanu.office.seal.models import Outbox

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

FREE: Final = 3
"""Failures that cost no waiting."""
LONGEST_S: Final = 300
FORGOTTEN_AFTER: Final = dt.timedelta(hours=12)
_CODE_LIVES: Final = dt.timedelta(seconds=30 * (2 * settings.MFA_TOTP_TOLERANCE + 1))


def count_wait_s(failures: int) -> int:
    """Return the seconds to wait after so many failures: none at first, then doubling, five minutes at most.

    >>> [count_wait_s(n) for n in (0, 3, 4, 5, 8, 30)]
    [0, 0, 2, 4, 32, 300]
    """
    return 0 if failures <= FREE else min(LONGEST_S, 2 ** min(failures - FREE, 20))


class Adapter(DefaultAccountAdapter):  # type: ignore[misc] # allauth has no types for it
    """Signing in with a name and a password, or with a passkey."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Return false: accounts are made by the administrator."""
        del request
        return False

    def send_notification_mail(self, template_prefix: str, user: Account, *_: Any, **__: Any) -> None:  # noqa: ANN401 - allauth's
        """Send nothing, for accounts have no address of mail: the ledger keeps that a password or a second factor changed."""
        subject = f"people.account/{user.pk}"
        with transaction.atomic():
            version = Outbox.objects.filter(subject=subject).count() + 1
            kind = f"people.account.{template_prefix.rpartition('/')[2]}"
            leave_trace(kind, f"account/{user.pk}", subject, version, row={})

    def pre_login(self, request: HttpRequest, user: Account, **more: Any) -> HttpResponse | None:  # noqa: ANN401 - allauth's
        """Turn away whoever has left, by whatever way they come."""
        person = user.person
        if person is not None and person.left_on is not None and person.left_on < read_today():
            user.is_active = False  # not stored: it is what allauth asks
        found: HttpResponse | None = super().pre_login(request, user, **more)
        return found

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:  # noqa: ANN401 - allauth's
        """Raise ValidationError while this name has to wait at this address."""
        refuse_early(_make_key(request, credentials))

    def authenticate(self, request: HttpRequest, **credentials: Any) -> Account | None:  # noqa: ANN401 - allauth's
        """Return the account, and forget its failures at this address."""
        account: Account | None = super().authenticate(request, **credentials)
        if account is not None:
            Attempt.objects.filter(pk=_make_key(request, credentials)).delete()
        return account

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:  # noqa: ANN401 - allauth's
        """Count the failure; the next attempt has to wait."""
        count_failure(_make_key(request, credentials))


def refuse_early(key: str) -> None:
    """Raise ValidationError while whoever tries has to wait."""
    now = dt.datetime.now(dt.UTC)
    found = Attempt.objects.filter(pk=key).first()
    if found and found.next_at > now:
        left = int((found.next_at - now).total_seconds()) + 1
        raise ValidationError(
            say(
                f"続けて失敗したため、{left} 秒待ってからお試しください",
                f"after several failures, wait {left} s and try again",
            ),
            code="wait",
        )


def count_failure(key: str) -> None:
    """Keep that an attempt failed."""
    now = dt.datetime.now(dt.UTC)
    with transaction.atomic():
        Attempt.objects.filter(next_at__lt=now - FORGOTTEN_AFTER).delete()
        found, _ = Attempt.objects.select_for_update().get_or_create(pk=key, defaults={"next_at": now})
        found.failures += 1
        found.next_at = now + dt.timedelta(seconds=count_wait_s(found.failures))
        found.save()


def use_code(user: int, code: str) -> None:
    """Keep that a code was taken. Raises ValidationError when it was taken before.

    Source: RFC 6238, section 5.2. allauth forgets a code after one period, while it is good for as many as are tolerated.
    """
    now = dt.datetime.now(dt.UTC)
    key = make_key("used", user, "".join(code.split()))
    with transaction.atomic():
        Attempt.objects.filter(pk=key, next_at__lte=now).delete()
        _, is_new = Attempt.objects.get_or_create(pk=key, defaults={"next_at": now + _CODE_LIVES})
    if not is_new:
        raise ValidationError(
            say(
                "このコードは使いました。次のコードを待って入れてください", "this code was used; wait for the next one"
            ),
            code="used",
        )


def make_key(*parts: object) -> str:
    """Return the keyed digest that stands for who tries, from where."""
    text = "\0".join(map(str, parts))
    return hmac.new(settings.SECRET_KEY.encode(), text.encode(), "sha256").hexdigest()


def _make_key(request: HttpRequest, credentials: dict[str, Any]) -> str:
    return make_key(str(credentials.get("username", "")).casefold(), request.META.get("REMOTE_ADDR", ""))
