from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from retro.incidents.views.lookup import find, step_context
from retro.teams.access import MemberRequest, member


@require_GET
@member
def incident_actions(request: MemberRequest, number: int) -> HttpResponse:
    incident = find(request, number)
    return render(request, "actions/incident.html", step_context(request, incident, "actions"))


@require_GET
@member
def action_list(request: MemberRequest) -> HttpResponse:
    return render(request, "actions/list.html", {"nav": "actions"})
