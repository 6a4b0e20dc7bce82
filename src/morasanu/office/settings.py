"""Django's settings, made from the data folder and the environment. Without a data folder everything is in memory and goes away."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import Any, Final

import dj_database_url
from csp.constants import NONE, SELF

from morasanu.office.people.directory import Directory, read_directory
from morasanu.office.place import Place, open_place

_DATA: Final = os.environ.get("MORASANU_DATA", "")
PLACE: Final[Place | None] = open_place(Path(_DATA)) if _DATA else None
"""The data folder."""
HAS_TLS: Final = os.environ.get("MORASANU_TLS", "") == "1"
"""Whether browsers come by HTTPS, by our own TLS or through a proxy."""
IS_LOCAL: Final = os.environ.get("MORASANU_LOCAL", "") == "1"
"""Whether nobody but this machine reaches the web server."""
DIRECTORY: Final = read_directory(PLACE.path) if PLACE else Directory()
"""The institution's own directory and sign-in provider."""

SECRET_KEY = PLACE.read_secret() if PLACE else secrets.token_urlsafe(48)
DEBUG = False
ALLOWED_HOSTS = os.environ.get("MORASANU_HOSTS", "localhost 127.0.0.1 [::1]").split()
ROOT_URLCONF = "morasanu.office.urls"
WSGI_APPLICATION = None
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "django_htmx",
    "morasanu.office.base",
    "morasanu.office.seal",
    "morasanu.office.people",
    "morasanu.office.party",
    "morasanu.office.due",
    "morasanu.office.register",
    "morasanu.office.requirement",
    "morasanu.office.finding",
    "morasanu.office.reality",
    "morasanu.office.demo",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "morasanu.office.base.middleware.HeaderMiddleware",
    "morasanu.office.base.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "morasanu.office.base.middleware.UploadLimitMiddleware",
    "morasanu.office.base.middleware.WriteMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "morasanu.office.base.middleware.SessionLimitMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "morasanu.office.access.middleware.AccessMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [Path(__file__).parent / "base" / "templates"],  # before those that allauth brings
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "morasanu.office.base.context.describe_page",
            ],
            "builtins": ["morasanu.office.base.templatetags.office"],
        },
    }
]

# -- the database ------------------------------------------------------------------------------------------------------

SQLITE: Final[dict[str, Any]] = {
    "transaction_mode": "IMMEDIATE",  # a transaction that reads first and writes later would fail instead of waiting
    "timeout": 20,
    "init_command": "pragma journal_mode=wal; pragma synchronous=full; pragma foreign_keys=on; pragma cache_size=-16000;",
}


def _choose_database() -> dict[str, Any]:
    if url := os.environ.get("DATABASE_URL"):
        found: dict[str, Any] = dict(dj_database_url.parse(url, conn_max_age=60, conn_health_checks=True))
    else:
        name = str(PLACE.database) if PLACE else ":memory:"
        found = {"ENGINE": "django.db.backends.sqlite3", "NAME": name, "CONN_MAX_AGE": None}
    if found["ENGINE"] == "django.db.backends.sqlite3":
        found["OPTIONS"] = SQLITE
    return found


DATABASES = {"default": _choose_database()}

# -- language and time -------------------------------------------------------------------------------------------------

LANGUAGE_CODE = "ja"
LANGUAGES = [("ja", "日本語"), ("en", "English")]
TIME_ZONE = "Asia/Tokyo"
USE_TZ = True
USE_I18N = True
USE_THOUSAND_SEPARATOR = True

# -- signing in --------------------------------------------------------------------------------------------------------

AUTH_USER_MODEL = "people.Account"
AUTHENTICATION_BACKENDS = [
    "allauth.account.auth_backends.AuthenticationBackend",
    *(["morasanu.office.people.ldap.DirectoryBackend"] if DIRECTORY.ldap else []),
]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ["username"]},
    },
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "today"
ACCOUNT_ADAPTER = "morasanu.office.people.sign_in.Adapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]  # nobody signs up; accounts are made by the administrator
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_USER_MODEL_EMAIL_FIELD = None
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_RATE_LIMITS = False  # people.sign_in slows instead of locking out
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
ACCOUNT_PREVENT_ENUMERATION = True
MFA_ADAPTER = "morasanu.office.people.vault.Vault"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
ACCOUNT_FORMS = {"login": "morasanu.office.people.code.NameForm"}
MFA_FORMS = {
    "authenticate": "morasanu.office.people.code.CodeForm",
    "reauthenticate": "morasanu.office.people.code.AgainForm",
    "add_webauthn": "morasanu.office.people.code.KeyForm",
    "edit_webauthn": "morasanu.office.people.code.KeyNameForm",
}
MFA_TOTP_TOLERANCE = 1  # clocks differ by half a minute; RFC 6238, section 5.2
MFA_TOTP_ISSUER = "Morasanu"
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not HAS_TLS  # browsers take localhost for secure
SESSION_COOKIE_NAME = "morasanu"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HAS_TLS
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_IDLE_S: Final = 30 * 60
SESSION_LONGEST_S: Final = 10 * 60 * 60
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "morasanu.office.base.views.show_csrf"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

# -- what a browser may do ---------------------------------------------------------------------------------------------

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],  # allauth shows the code of a second factor as one
        "connect-src": [SELF],
        "form-action": [SELF, *(DIRECTORY.oidc.origins if DIRECTORY.oidc else ())],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "manifest-src": [SELF],
    }
}
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60 if HAS_TLS else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if os.environ.get("MORASANU_PROXY") == "1" else None
X_FRAME_OPTIONS = "DENY"

# -- files and forms ---------------------------------------------------------------------------------------------------

STATIC_URL = "static/"
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_500_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2_000
FILE_UPLOAD_MAX_MEMORY_SIZE = 2_500_000
UPLOAD_LIMIT_BYTES: Final = 40_000_000

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"bare": {"()": "morasanu.office.base.log.BareFilter"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "filters": ["bare"]}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {
        "django": {"handlers": ["console"], "level": "WARNING", "propagate": False},
        "django.request": {"level": "ERROR"},  # an address that leads nowhere may hold anything
        "django.security.DisallowedHost": {"level": "CRITICAL"},  # and so may a host's name
    },
}
