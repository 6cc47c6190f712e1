from django.urls import path

from retro.teams import views

app_name = "teams"

urlpatterns = [
    path("set-up/", views.set_up, name="set_up"),
    path("team/", views.team, name="team"),
    path("team/invitations/", views.invite, name="invite"),
    path("team/invitations/<int:pk>/revocation/", views.revoke, name="revoke"),
    path("team/members/<int:pk>/role/", views.role, name="role"),
    path("team/members/<int:pk>/removal/", views.remove, name="remove"),
    path("invitations/<str:secret>/", views.invitation, name="invitation"),
    path("me/", views.profile, name="profile"),
    path("me/kept/", views.kept, name="kept"),
    path("me/team/<int:pk>/", views.switch, name="switch"),
]
