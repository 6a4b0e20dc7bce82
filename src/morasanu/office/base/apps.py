"""The room `base` for Django."""

from __future__ import annotations

from django.apps import AppConfig


class BaseConfig(AppConfig):
    """What every room uses."""

    name = "morasanu.office.base"
    label = "base"
