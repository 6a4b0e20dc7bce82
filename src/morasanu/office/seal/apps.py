"""The room `seal` for Django."""

from __future__ import annotations

from django.apps import AppConfig


class SealConfig(AppConfig):
    """Changes on their way into the ledger."""

    name = "morasanu.office.seal"
    label = "seal"
