"""The room `demo` for Django."""

from __future__ import annotations

from django.apps import AppConfig


class DemoConfig(AppConfig):
    """The invented bank."""

    name = "morasanu.office.demo"
    label = "demo"
