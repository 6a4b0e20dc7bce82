"""Signing in with the password of the institution's directory: for accounts that have none of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib.auth.backends import ModelBackend
from django.core.exceptions import ValidationError

from morasanu.errors import MorasanuError
from morasanu.office.base.words import say_error
from morasanu.office.people.bind import is_password_right
from morasanu.office.people.models import Account

if TYPE_CHECKING:
    from django.http import HttpRequest


class DirectoryBackend(ModelBackend):
    """Asks the directory about an account that the administrator made without a password. Makes no account.

    Names without such an account are never asked about: this door must not be a way to lock others out of the directory.
    """

    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        **_: Any,  # noqa: ANN401 - Django's
    ) -> Account | None:
        """Return the account when the directory says that the password is right. Raises ValidationError when it cannot be asked."""
        del request
        ldap = settings.DIRECTORY.ldap
        if ldap is None or not username or not password:
            return None
        account = Account.objects.filter(username=username).first()
        if account is None or account.has_usable_password() or not self.user_can_authenticate(account):
            return None
        try:
            return account if is_password_right(ldap, account.username, password) else None
        except MorasanuError as error:
            raise ValidationError(say_error(error), code="away") from error
