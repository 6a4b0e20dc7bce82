"""Every address of the office, by room."""

from __future__ import annotations

from allauth.account import urls as account_urls
from allauth.mfa import urls as mfa_urls
from django.urls import include, path
from django.views.i18n import set_language

from morasanu.office.base import views

handler404 = views.show_missing
handler500 = views.show_broken

urlpatterns = [
    path("", views.show_today, name="today"),
    path("health/", views.tell_health, name="health"),
    path("language/", set_language, name="language"),
    path("account/", include(account_urls)),
    path("account/2fa/", include(mfa_urls)),
    path("people/", include("morasanu.office.people.urls")),
    path("requirements/", include("morasanu.office.requirement.urls")),
    path("parties/", include("morasanu.office.party.urls")),
    path("register/", include("morasanu.office.register.urls")),
    path("reality/", include("morasanu.office.reality.urls")),
    path("findings/", include("morasanu.office.finding.urls")),
    path("demo/", include("morasanu.office.demo.urls")),
    path("due/", include("morasanu.office.due.urls")),
    path("evidence/", include("morasanu.office.seal.urls")),
]
