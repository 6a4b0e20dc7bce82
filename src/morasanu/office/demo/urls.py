"""The address of the door of the demo."""

from __future__ import annotations

from django.urls import path

from morasanu.office.demo import views

app_name = "demo"
urlpatterns = [path("", views.enter, name="enter")]
