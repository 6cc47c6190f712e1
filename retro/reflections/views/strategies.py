"""Strategies under an improvement point: added, changed, moved among each other, removed."""

from typing import Any

from django.db import IntegrityError, transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from retro.incidents.models import Activity, Incident
from retro.incidents.views.lookup import find, step_context
from retro.lib.http import is_htmx, save_row
from retro.reflections.forms import NewStrategyForm, RemovalForm, StrategyForm, StrategyPlaceForm
from retro.reflections.models import ImprovementPoint, Strategy
from retro.reflections.tree import Misplaced
from retro.reflections.views.board import Board, added, glance, refused, row_page
from retro.teams.access import MemberRequest, member


def _page_url(incident: Incident, point: ImprovementPoint) -> str:
    return f"{reverse('reflections:improvements', args=[incident.number])}#point-{point.pk}"


def _strategy(incident: Incident, pk: int) -> Strategy:
    row: Strategy = get_object_or_404(
        Strategy.objects.select_related("point"), pk=pk, point__incident=incident
    )
    return row


def _context(request: MemberRequest, incident: Incident) -> dict[str, Any]:
    return {**step_context(request, incident, "improvements"), "glance": glance(incident)}


def _column(
    request: MemberRequest, incident: Incident, row: Strategy, problem: str = ""
) -> HttpResponse:
    """Answer with the column this strategy is in, anew."""
    if not is_htmx(request):
        return redirect(_page_url(incident, row.point))
    context = {
        **_context(request, incident),
        "side": Board(incident, request.user).side(row.point, row.side),
        "problem": problem,
        "oob": True,
    }
    return render(request, "reflections/_strategies.html", context)


@require_http_methods(["GET", "POST"])
@member
def add_strategy(request: MemberRequest, number: int, pk: int) -> HttpResponse:
    incident = find(request, number)
    point = get_object_or_404(incident.improvements, pk=pk)
    if request.method == "GET":
        return redirect(_page_url(incident, point))
    form = NewStrategyForm(request.POST, point=point, incident=incident, by=request.user)
    if not form.is_valid():
        if is_htmx(request):
            return refused(request, form["text"])
        page = row_page(
            request, incident, "reflections/_new_strategy.html", _page_url(incident, point)
        )
        response = page(form)
        response.status_code = 422
        return response
    try:
        row = form.save()
    except IntegrityError:
        # The same form arrived twice at once; the other one has added it.
        row = Strategy.made_by(form.cleaned_data["creation_key"])
    row = _strategy(incident, row and row.pk)
    if not is_htmx(request):
        return redirect(_page_url(incident, point))
    context = {**_context(request, incident), "node": Board(incident, request.user).strategy(row)}
    return added(request, "reflections/_strategy.html", context, form["text"])


@require_http_methods(["GET", "POST"])
@member
def strategy(request: MemberRequest, number: int, pk: int) -> HttpResponse:
    incident = find(request, number)
    row = _strategy(incident, pk)
    form = StrategyForm(request.POST or None, instance=row, incident=incident, by=request.user)
    here = _page_url(incident, row.point)
    if request.method == "GET" and not request.membership.may_edit:
        return redirect(here)
    page = row_page(request, incident, "reflections/_strategy_form.html", here)
    if request.method == "GET":
        return page(form)
    return save_row(request, form, page=page, done=here)


@require_POST
@member
def place_strategy(request: MemberRequest, number: int, pk: int) -> HttpResponse:
    incident = find(request, number)
    row = _strategy(incident, pk)
    form = StrategyPlaceForm(request.POST)
    if not form.is_valid():
        return _column(request, incident, row)
    try:
        with transaction.atomic():
            form.place(row)
            Activity.note(incident, request.user, Activity.Verb.MOVED, row)
    except Misplaced:
        return _column(
            request, incident, row, _("It cannot go there: four levels are as deep as it goes.")
        )
    return _column(request, incident, row)


@require_POST
@member
def remove_strategy(request: MemberRequest, number: int, pk: int) -> HttpResponse:
    incident = find(request, number)
    row = _strategy(incident, pk)
    form = RemovalForm(request.POST)
    with transaction.atomic():
        Activity.note(incident, request.user, Activity.Verb.REMOVED, row)
        row.remove(with_children=form.is_valid() and form.with_children)
    return _column(request, incident, row)
