from django.urls import path

from retro.actions.views import items, team

app_name = "actions"

urlpatterns = [
    path("actions/", team.action_list, name="list"),
    path("actions/<int:pk>/", items.action, name="action"),
    path("actions/<int:pk>/state/", items.state, name="state"),
    path("actions/<int:pk>/folded/", items.folded, name="folded"),
    path("actions/<int:pk>/removal/", items.remove_action, name="remove"),
    path("incidents/<int:number>/actions/", items.incident_actions, name="incident"),
    path("incidents/<int:number>/actions/items/", items.add_action, name="add"),
    path(
        "incidents/<int:number>/strategies/<int:pk>/action/",
        items.from_strategy,
        name="from_strategy",
    ),
]
