"""The room `register` for Django."""

from __future__ import annotations

from django.apps import AppConfig


class RegisterConfig(AppConfig):
    """What is held."""

    name = "morasanu.office.register"
    label = "register"
