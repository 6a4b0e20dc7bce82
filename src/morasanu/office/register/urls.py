"""Addresses of the register."""

from __future__ import annotations

from django.urls import path

from morasanu.office.register import views, views_file, views_location, views_stocktake

app_name = "register"
urlpatterns = [
    path("holdings/", views.show_holdings, name="holdings"),
    path("holdings/new/", views.add_holding, name="holding-add"),
    path("holdings/print/", views_file.print_holdings, name="print"),
    path("holdings/export/<slug:book>.<slug:kind>", views_file.export_holdings, name="export"),
    path("holdings/import/", views_file.import_holdings, name="import"),
    path("holdings/import/check/", views_file.check_import, name="import-check"),
    path("holdings/import/answer/", views_file.answer_import, name="import-answer"),
    path("holdings/<int:key>/", views.show_holding, name="holding"),
    path("holdings/<int:key>/edit/", views.edit_holding, name="holding-edit"),
    path("holdings/<int:key>/check/", views.check_holding, name="holding-check"),
    path("holdings/<int:key>/close/", views.close_holding, name="holding-close"),
    path("holdings/<int:key>/storages/", views.add_storage, name="storage-add"),
    path("holdings/<int:key>/storages/<int:part>/drop/", views.drop_storage, name="storage-drop"),
    path("holdings/<int:key>/flows/", views.add_flow, name="flow-add"),
    path("holdings/<int:key>/flows/<int:part>/drop/", views.drop_flow, name="flow-drop"),
    path("locations/", views_location.show_locations, name="locations"),
    path("locations/new/", views_location.add_location, name="location-add"),
    path("locations/<int:key>/", views_location.show_location, name="location"),
    path("locations/<int:key>/edit/", views_location.edit_location, name="location-edit"),
    path("stocktakes/", views_stocktake.show_stocktakes, name="stocktakes"),
    path("stocktakes/new/", views_stocktake.add_stocktake, name="stocktake-add"),
    path("stocktakes/<int:key>/", views_stocktake.show_stocktake, name="stocktake"),
    path("stocktakes/part/<int:key>/", views_stocktake.show_part, name="stocktake-part"),
    path("stocktakes/part/<int:key>/answer/", views_stocktake.answer_part, name="stocktake-answer"),
    path("stocktakes/part/<int:key>/sign/", views_stocktake.sign_part, name="stocktake-sign"),
]
