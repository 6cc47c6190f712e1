"""The list of incidents, a new one, its details and who was in it."""

from functools import partial
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from retro.incidents.forms import IncidentForm, NewIncidentForm, PersonForm, PreviewForm
from retro.incidents.models import Activity, Incident, InvolvedPerson
from retro.incidents.views.lookup import find, step_context
from retro.lib.creation import with_key
from retro.lib.http import save_row
from retro.lib.markdown import to_html
from retro.teams.access import MemberRequest, editor, member
from retro.teams.models import Membership

PAGE = 30


@require_GET
@member
def incident_list(request: MemberRequest) -> HttpResponse:
    before = request.GET.get("before", "")
    incidents = Incident.objects.filter(team=request.membership.team).prefetch_related(
        "services", "postmortems"
    )
    if before.isdecimal() and len(before) < 10:
        incidents = incidents.filter(number__lt=int(before))
    page = list(incidents[: PAGE + 1])
    context = {
        "incidents": page[:PAGE],
        "older": page[PAGE - 1].number if len(page) > PAGE else None,
        "may_edit": request.membership.may_edit,
        "nav": "incidents",
    }
    return render(request, "incidents/list.html", context)


@require_http_methods(["GET", "POST"])
@editor
def new(request: MemberRequest) -> HttpResponse:
    team = request.membership.team
    zone = timezone.now().astimezone(timezone.get_current_timezone())
    form = NewIncidentForm(
        request.POST or None,
        team=team,
        by=request.user,
        initial=with_key({"day": zone.date(), "time_zone": team.time_zone}),
    )
    if request.method == "POST" and form.is_valid():
        return redirect("incidents:story", form.save().number)
    context = {"form": form, "services": team.services.all(), "members": _members(request)}
    status = 422 if form.is_bound else 200
    return render(request, "incidents/new.html", {**context, "nav": "incidents"}, status=status)


@require_GET
@member
def incident(request: MemberRequest, number: int) -> HttpResponse:
    return redirect("incidents:story", find(request, number).number)


def _members(request: MemberRequest) -> list[str]:
    return list(
        Membership.objects.filter(team=request.membership.team)
        .order_by("user__name")
        .values_list("user__name", flat=True)
    )


def _details_page(
    request: MemberRequest,
    incident: Incident,
    form: IncidentForm | None = None,
    new_person: PersonForm | None = None,
) -> HttpResponse:
    by = request.user
    context = {
        "form": form or IncidentForm(instance=incident, team=incident.team, by=by),
        "people": [
            PersonForm(instance=row, incident=incident, by=by) for row in incident.people.all()
        ],
        "new_person": new_person or PersonForm(initial=with_key(), incident=incident, by=by),
        "services": incident.team.services.all(),
        "members": _members(request),
    }
    return render(
        request, "incidents/details.html", {**step_context(request, incident, "story"), **context}
    )


@require_http_methods(["GET", "POST"])
@editor
def details(request: MemberRequest, number: int) -> HttpResponse:
    incident = find(request, number)
    form = IncidentForm(
        request.POST or None, instance=incident, team=incident.team, by=request.user
    )
    if request.method == "POST":
        return save_row(
            request,
            form,
            page=partial(_details_page, request, incident),
            done=reverse("incidents:details", args=[number]),
        )
    return _details_page(request, incident, form)


@require_POST
@member
def add_person(request: MemberRequest, number: int) -> HttpResponse:
    incident = find(request, number)
    form = PersonForm(request.POST, incident=incident, by=request.user)
    if form.is_valid():
        form.save()
        return redirect("incidents:details", number)
    response = _details_page(request, incident, new_person=form)
    response.status_code = 422
    return response


@require_POST
@member
def person(request: MemberRequest, number: int, pk: int) -> HttpResponse:
    incident = find(request, number)
    row = get_object_or_404(incident.people, pk=pk)
    form = PersonForm(request.POST, instance=row, incident=incident, by=request.user)
    return save_row(
        request,
        form,
        page=lambda form: _person_page(request, incident, form),
        done=reverse("incidents:details", args=[number]),
    )


def _person_page(request: MemberRequest, incident: Incident, form: PersonForm) -> HttpResponse:
    context = {**step_context(request, incident, "story"), "form": form}
    return render(request, "incidents/person.html", context)


@require_POST
@member
@transaction.atomic
def remove_person(request: MemberRequest, number: int, pk: int) -> HttpResponse:
    incident = find(request, number)
    row: InvolvedPerson = get_object_or_404(incident.people, pk=pk)
    Activity.note(incident, request.user, Activity.Verb.REMOVED, row)
    row.delete()
    return redirect("incidents:details", number)


@require_GET
@member
def activity(request: MemberRequest, number: int) -> HttpResponse:
    incident = find(request, number)
    rows = incident.activity.select_related("actor")[:200]
    context = {**step_context(request, incident, ""), "activity": rows}
    return render(request, "incidents/activity.html", context)


@require_POST
@member
def markdown_preview(request: HttpRequest) -> HttpResponse:
    """Draw a Markdown field as readers will see it; the field's name is in the query."""
    form = PreviewForm({"text": request.POST.get(request.GET.get("field", "text"), "")})
    context: dict[str, Any] = {"form": form}
    if form.is_valid():
        context["html"] = to_html(form.cleaned_data["text"], prefix="preview-")
    status = 200 if form.is_valid() else 422
    return render(request, "_markdown_preview.html", context, status=status)
