"""Addresses of requirements, controls, evidence and coverage."""

from __future__ import annotations

from django.urls import path

from morasanu.office.requirement import views

app_name = "requirement"
urlpatterns = [
    path("", views.show_list, name="list"),
    path("of/<path:name>/", views.show_requirement, name="requirement"),
    path("exclude/<path:name>/", views.exclude, name="exclude"),
    path("include/<int:key>/", views.include, name="include"),
    path("exclusion/<int:key>/", views.go_to_requirement, name="exclusion"),
    path("controls/", views.show_controls, name="controls"),
    path("controls/new/", views.add_control, name="control-add"),
    path("controls/adopt/", views.adopt, name="adopt"),
    path("controls/judge/", views.judge_now, name="judge"),
    path("controls/<int:key>/", views.show_control, name="control"),
    path("controls/<int:key>/edit/", views.edit_control, name="control-edit"),
    path("controls/<int:key>/evidence/", views.add_evidence, name="evidence-add"),
    path("evidence/<int:key>/file/", views.send_file, name="file"),
    path("coverage/", views.show_coverage, name="coverage"),
    path("coverage/cell/", views.edit_cell, name="cell"),
    path("coverage/<int:key>/", views.go_to_coverage, name="coverage-of"),
]
