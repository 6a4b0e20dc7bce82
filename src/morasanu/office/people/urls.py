"""Addresses of the organisation and its people."""

from __future__ import annotations

from django.urls import path

from morasanu.office.people import first, oidc, views, views_file

app_name = "people"
urlpatterns = [
    path("first/<str:token>/", first.begin, name="first"),
    path("sign-in/", oidc.go, name="oidc"),
    path("sign-in/back/", oidc.come_back, name="oidc-back"),
    path("units/", views.show_units, name="units"),
    path("units/new/", views.add_unit, name="unit-add"),
    path("units/<int:key>/", views.show_unit, name="unit"),
    path("units/<int:key>/edit/", views.edit_unit, name="unit-edit"),
    path("persons/", views.show_persons, name="persons"),
    path("persons/export/<str:kind>/", views_file.export_persons, name="export"),
    path("persons/import/", views_file.import_persons, name="import"),
    path("persons/import/check/", views_file.check_import, name="import-check"),
    path("persons/import/answer/", views_file.answer_import, name="import-answer"),
    path("persons/new/", views.add_person, name="person-add"),
    path("persons/<int:key>/", views.show_person, name="person"),
    path("persons/<int:key>/edit/", views.edit_person, name="person-edit"),
    path("persons/<int:key>/account/", views.open_account, name="account"),
    path("appointments/", views.show_appointments, name="appointments"),
    path("appointments/new/", views.add_appointment, name="appoint"),
    path("appointments/officer/", views.appoint_officer, name="appoint-officer"),
    path("appointments/<int:key>/", views.show_appointment, name="appointment"),
    path("appointments/<int:key>/letter/", views.send_letter, name="letter"),
    path("appointments/<int:key>/end/", views.end_appointment, name="appointment-end"),
]
