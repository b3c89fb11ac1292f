"""Addresses about contracts and hours cards."""

from django.urls import path

from tickets.contracts import card_views, file_views, import_views, views

OF_LIBRARY, OF_SUPPLIER = {"kind": "library"}, {"kind": "supplier"}

urlpatterns = [
    path("contracts/", views.contracts, name="contracts"),
    path("contracts/new/", views.new_contract, name="new_contract"),
    path("contracts/import/", import_views.import_contracts_page, name="import_contracts"),
    path("contracts/<int:pk>/", views.contract, name="contract"),
    path("contracts/<int:pk>/change/", views.change, OF_LIBRARY, name="change_contract"),
    path("contracts/<int:pk>/renew/", views.renew, OF_LIBRARY, name="renew_contract"),
    path("contracts/<int:pk>/end/", views.end, OF_LIBRARY, name="end_contract"),
    path("contracts/<int:pk>/files/", file_views.add_files, OF_LIBRARY, name="contract_files"),
    path("contracts/<int:pk>/cards/", card_views.new_card, name="new_card"),
    path("contracts/files/<str:key>/", file_views.contract_file, name="contract_file"),
    path("contracts/files/<str:key>/remove/", file_views.remove_file, name="remove_contract_file"),
    path("contracts/cards/<int:pk>/", card_views.hours_card, name="hours_card"),
    path("contracts/cards/<int:pk>/change/", card_views.change_card, name="change_card"),
    path("contracts/bookings/<int:pk>/back/", card_views.take_back, name="take_back"),
    path("contracts/suppliers/", views.supplier_contracts, name="supplier_contracts"),
    path("contracts/suppliers/new/", views.new_supplier_contract, name="new_supplier_contract"),
    path("contracts/suppliers/<int:pk>/", views.supplier_contract, name="supplier_contract"),
    path("contracts/suppliers/<int:pk>/change/", views.change, OF_SUPPLIER, name="change_supplier_contract"),
    path("contracts/suppliers/<int:pk>/renew/", views.renew, OF_SUPPLIER, name="renew_supplier_contract"),
    path("contracts/suppliers/<int:pk>/end/", views.end, OF_SUPPLIER, name="end_supplier_contract"),
    path("contracts/suppliers/<int:pk>/files/", file_views.add_files, OF_SUPPLIER, name="supplier_files"),
    path("contracts/suppliers/<int:pk>/contacts/", file_views.add_contact, name="supplier_contacts"),
    path("contracts/contacts/<int:pk>/remove/", file_views.remove_contact, name="remove_contact"),
    path("libraries/<slug:slug>/contract/", card_views.library_contract, name="library_contract"),
    path("tickets/<str:number>/hours/", card_views.ticket_hours, name="ticket_hours"),
]
