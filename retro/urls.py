"""Every address. The only file that knows every room."""

from django.urls import include, path

urlpatterns = [
    path("", include("retro.blog.urls")),
    path("accounts/", include("retro.teams.account_urls")),
    path("desk/", include("retro.teams.urls")),
    path("desk/", include("retro.incidents.urls")),
    path("desk/", include("retro.reflections.urls")),
    path("desk/", include("retro.actions.urls")),
    path("desk/", include("retro.postmortems.urls")),
]
