"""The room `due` for Django."""

from __future__ import annotations

from django.apps import AppConfig


class DueConfig(AppConfig):
    """What is due."""

    name = "morasanu.office.due"
    label = "due"
