"""Addresses of whom data goes to."""

from __future__ import annotations

from django.urls import path

from morasanu.office.party import views, views_file

app_name = "party"
urlpatterns = [
    path("", views.show_parties, name="parties"),
    path("new/", views.add_party, name="party-add"),
    path("export/<str:kind>/", views_file.export_parties, name="export"),
    path("import/", views_file.import_parties, name="import"),
    path("import/check/", views_file.check_import, name="import-check"),
    path("import/answer/", views_file.answer_import, name="import-answer"),
    path("<int:key>/", views.show_party, name="party"),
    path("<int:key>/edit/", views.edit_party, name="party-edit"),
]
