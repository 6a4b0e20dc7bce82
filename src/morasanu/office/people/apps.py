"""The room `people` for Django."""

from __future__ import annotations

from django.apps import AppConfig


class PeopleConfig(AppConfig):
    """The organisation and its people."""

    name = "morasanu.office.people"
    label = "people"
