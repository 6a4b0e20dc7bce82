"""The room `party` for Django."""

from __future__ import annotations

from django.apps import AppConfig


class PartyConfig(AppConfig):
    """Whom data goes to."""

    name = "morasanu.office.party"
    label = "party"
