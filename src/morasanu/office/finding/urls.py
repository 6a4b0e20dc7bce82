"""Addresses of findings."""

from __future__ import annotations

from django.urls import path

from morasanu.office.finding import views

app_name = "finding"
urlpatterns = [
    path("", views.show_list, name="list"),
    path("<int:key>/", views.show_finding, name="finding"),
    path("<int:key>/actions/new/", views.add_action, name="action-add"),
    path("<int:key>/evidence/", views.add_evidence, name="evidence-add"),
    path("<int:key>/close/", views.close_finding, name="close"),
    path("<int:key>/accept/", views.accept_finding, name="accept"),
    path("actions/<int:key>/done/", views.end_action, name="action-done"),
]
