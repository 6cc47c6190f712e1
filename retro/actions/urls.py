from django.urls import path

from retro.actions.views import items

app_name = "actions"

urlpatterns = [
    path("actions/", items.action_list, name="list"),
    path("incidents/<int:number>/actions/", items.incident_actions, name="incident"),
]
