"""The room `requirement` for Django."""

from __future__ import annotations

from django.apps import AppConfig


class RequirementConfig(AppConfig):
    """What is asked for."""

    name = "morasanu.office.requirement"
    label = "requirement"
