"""The room `reality` for Django."""

from __future__ import annotations

from django.apps import AppConfig


class RealityConfig(AppConfig):
    """What is really there."""

    name = "morasanu.office.reality"
    label = "reality"
