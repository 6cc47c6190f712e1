"""The third step: what to do differently. Points with their strategies, and what was learnt."""

from typing import Any

from django.db import IntegrityError, transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from retro.incidents.models import Activity, Incident
from retro.incidents.views.lookup import find, step_context
from retro.lib.creation import with_key
from retro.lib.http import is_htmx, save_row
from retro.reflections.forms import PointForm, PointPlaceForm
from retro.reflections.models import ImprovementPoint
from retro.reflections.moments import moments
from retro.reflections.views.board import Board, added, glance, lesson_groups, refused, row_page
from retro.teams.access import MemberRequest, member


def improvements_context(request: MemberRequest, incident: Incident) -> dict[str, Any]:
    board = Board(incident, request.user)
    return {
        **step_context(request, incident, "improvements"),
        "points": board.points(),
        "glance": glance(incident),
        "lessons": lesson_groups(incident, request.user),
        "new_point": PointForm(incident=incident, by=request.user, initial=with_key()),
    }


@require_GET
@member
def improvements(request: MemberRequest, number: int) -> HttpResponse:
    context = improvements_context(request, find(request, number))
    return render(request, "reflections/improvements.html", context)


def _beside(request: MemberRequest, incident: Incident) -> list[tuple[str, dict[str, Any]]]:
    context = {**step_context(request, incident, "improvements"), "glance": glance(incident)}
    return [("reflections/_glance.html", context), ("incidents/_rail.html", context)]


def _points(request: MemberRequest, incident: Incident) -> HttpResponse:
    """Answer with all points, anew."""
    if not is_htmx(request):
        return redirect("reflections:improvements", incident.number)
    context = {
        **step_context(request, incident, "improvements"),
        "points": Board(incident, request.user).points(),
        "glance": glance(incident),
    }
    return render(request, "reflections/_points.html", {**context, "oob": True})


@require_http_methods(["GET", "POST"])
@member
def add_point(request: MemberRequest, number: int) -> HttpResponse:
    incident = find(request, number)
    if request.method == "GET":
        return redirect("reflections:improvements", number)
    form = PointForm(request.POST, incident=incident, by=request.user)
    if not form.is_valid():
        if is_htmx(request):
            return refused(request, form["heading"])
        context = {**improvements_context(request, incident), "new_point": form}
        return render(request, "reflections/improvements.html", context, status=422)
    try:
        row = form.save()
    except IntegrityError:
        # The same form arrived twice at once; the other one has added the point.
        row = ImprovementPoint.made_by(form.cleaned_data["creation_key"])
    point = get_object_or_404(incident.improvements, pk=row and row.pk)
    if not is_htmx(request):
        return redirect(f"{reverse('reflections:improvements', args=[number])}#point-{point.pk}")
    context = {
        **step_context(request, incident, "improvements"),
        "point": Board(incident, request.user).point(point),
        "glance": glance(incident),
        "opened": True,
    }
    return added(request, "reflections/_point.html", context, form["heading"])


@require_http_methods(["GET", "POST"])
@member
def point(request: MemberRequest, number: int, pk: int) -> HttpResponse:
    incident = find(request, number)
    row = get_object_or_404(incident.improvements, pk=pk)
    row.incident = incident
    form = PointForm(
        request.POST or None,
        instance=row,
        incident=incident,
        by=request.user,
        moments=moments(incident),
    )
    here = f"{reverse('reflections:improvements', args=[number])}#point-{pk}"
    if request.method == "GET" and not request.membership.may_edit:
        return redirect(here)
    page = row_page(request, incident, "reflections/_point_form.html", here)
    if request.method == "GET":
        return page(form)
    return save_row(
        request, form, page=page, done=here, fragments=lambda: _beside(request, incident)
    )


@require_POST
@member
def place_point(request: MemberRequest, number: int, pk: int) -> HttpResponse:
    incident = find(request, number)
    row = get_object_or_404(incident.improvements, pk=pk)
    form = PointPlaceForm(request.POST)
    if form.is_valid():
        with transaction.atomic():
            form.place(row)
            Activity.note(incident, request.user, Activity.Verb.MOVED, row)
    return _points(request, incident)


@require_POST
@member
def remove_point(request: MemberRequest, number: int, pk: int) -> HttpResponse:
    incident = find(request, number)
    row = get_object_or_404(incident.improvements, pk=pk)
    with transaction.atomic():
        Activity.note(incident, request.user, Activity.Verb.REMOVED, row)
        row.remove()
    return _points(request, incident)
