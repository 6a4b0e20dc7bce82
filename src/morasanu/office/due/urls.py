"""Addresses of what is due."""

from __future__ import annotations

from django.urls import path

from morasanu.office.due import views

app_name = "due"
urlpatterns = [
    path("", views.show_list, name="list"),
    path("<int:key>/retry/", views.retry_event, name="retry"),
]
