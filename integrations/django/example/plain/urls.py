from django.contrib.auth import views as auth
from django.urls import include, path

from . import views

urlpatterns = [
    path("", include("lac_django.urls")),
    path("", views.home, name="home"),
    path("in/", auth.LoginView.as_view(), name="login"),
    path("out/", auth.LogoutView.as_view(), name="logout"),
    path("me/", views.me, name="me"),
    path("me/borrow/", views.borrow, name="borrow"),
    path("me/secret/", auth.PasswordChangeView.as_view(success_url="/me/"), name="secret"),
    path("me/gone/", views.close_account, name="gone"),
    path("shelf/", views.shelf, name="shelf"),
]
