from django.urls import include, path

urlpatterns = [path("de/", include("lac_django.urls"))]
