from django.urls import path

from . import views

app_name = "lac_django"

# The addresses are part of the contract with lac: login URLs name the first.
urlpatterns = [
    path("loginascustomer/login/index", views.landing, name="landing"),
    path("loginascustomer/end", views.end, name="end"),
    path("loginascustomer/consent", views.consent, name="consent"),
    path("loginascustomer/history", views.history, name="history"),
    path("loginascustomer/lac.css", views.stylesheet, name="stylesheet"),
]
