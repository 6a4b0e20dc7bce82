"""Addresses of the evidence."""

from __future__ import annotations

from django.urls import path

from morasanu.office.seal import views

app_name = "seal"
urlpatterns = [path("", views.show_list, name="list")]
