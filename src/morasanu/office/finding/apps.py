"""The room `finding` for Django."""

from __future__ import annotations

from django.apps import AppConfig


class FindingConfig(AppConfig):
    """What is wrong."""

    name = "morasanu.office.finding"
    label = "finding"
