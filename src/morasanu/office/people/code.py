"""The forms of signing in. Whoever guesses a code waits longer each time: they know the password, so wherever they are."""

from __future__ import annotations

from typing import Any

from allauth.account.forms import LoginForm
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from django.core.exceptions import ValidationError

from morasanu.errors import InputError
from morasanu.office.base.words import say_error
from morasanu.office.people.models import Attempt
from morasanu.office.people.sign_in import count_failure, make_key, refuse_early, use_code


class NameForm(LoginForm):  # type: ignore[misc] # allauth has no types for it
    """Name and password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - allauth's
        """Leave out the link to a new password by mail, which accounts here do not have."""
        super().__init__(*args, **kwargs)
        self.fields["password"].help_text = ""


class CodeForm(AuthenticateForm):  # type: ignore[misc] # as above
    """The code after the password."""

    def clean_code(self) -> str:
        """Return the code when it is the right one. Raises ValidationError for another, and while one has to wait."""
        key = make_key("code", self.user.pk)
        refuse_early(key)
        try:
            code = str(super().clean_code())
            use_code(self.user.pk, code)
        except ValidationError:
            count_failure(key)
            raise
        except InputError as error:
            raise ValidationError(say_error(error)) from error
        Attempt.objects.filter(pk=key).delete()
        return code


class AgainForm(CodeForm, ReauthenticateForm):  # type: ignore[misc] # as above
    """The code before something that matters."""

    save = ReauthenticateForm.save
