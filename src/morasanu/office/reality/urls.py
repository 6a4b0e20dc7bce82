"""Addresses of differences and scans."""

from __future__ import annotations

from django.urls import path

from morasanu.office.reality import views, views_scan

app_name = "reality"
urlpatterns = [
    path("differences/", views.show_differences, name="differences"),
    path("differences/<int:key>/", views.show_difference, name="difference"),
    path("differences/<int:key>/register/", views.register, name="register"),
    path("scans/", views_scan.show_scans, name="scans"),
    path("scans/<int:key>/", views_scan.show_location, name="location"),
    path("scans/<int:key>/ask/", views_scan.ask, name="scan"),
    path("scans/<int:key>/plan/", views_scan.edit_plan, name="plan"),
]
