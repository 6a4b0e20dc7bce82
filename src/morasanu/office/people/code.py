"""The forms of signing in. Whoever guesses a code waits longer each time: they know the password, so wherever they are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from allauth.account.forms import LoginForm
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.webauthn.forms import AddWebAuthnForm, EditWebAuthnForm
from django.core.exceptions import ValidationError

from morasanu.errors import InputError
from morasanu.office.base.words import say, say_error
from morasanu.office.people.models import Attempt
from morasanu.office.people.sign_in import count_failure, make_key, refuse_early, use_code

if TYPE_CHECKING:
    from django.forms import Form


class NameForm(LoginForm):  # type: ignore[misc] # allauth has no types for it
    """Name and password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - allauth's
        """Leave out the link to a new password by mail, which accounts here do not have."""
        super().__init__(*args, **kwargs)
        self.fields["password"].help_text = ""
        self.fields["login"].label = say("サインイン名", "Name to sign in with")


class KeyForm(AddWebAuthnForm):  # type: ignore[misc] # as above
    """A new passkey."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - allauth's
        """Say what its name is for."""
        super().__init__(*args, **kwargs)
        _title_key(self)


class KeyNameForm(EditWebAuthnForm):  # type: ignore[misc] # as above
    """A passkey's name."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - allauth's
        """Say what it is for."""
        super().__init__(*args, **kwargs)
        _title_key(self)


def _title_key(form: Form) -> None:
    form.fields["name"].label = say("呼び名（例: 社用パソコン）", "Name (such as: office computer)")


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
