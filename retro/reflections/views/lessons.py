"""What was learnt: four lists of one-line texts."""

from typing import Any

from django.db import IntegrityError, transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from retro.incidents.models import Activity, Incident
from retro.incidents.views.lookup import find, step_context
from retro.lib.http import is_htmx, save_row
from retro.reflections.forms import LessonForm, NewLessonForm
from retro.reflections.models import Lesson
from retro.reflections.views.board import added, glance, lesson_group, refused, row_page
from retro.teams.access import MemberRequest, member


def _url(incident: Incident) -> str:
    return f"{reverse('reflections:improvements', args=[incident.number])}#lessons"


def _context(request: MemberRequest, incident: Incident) -> dict[str, Any]:
    return {**step_context(request, incident, "improvements"), "glance": glance(incident)}


@require_http_methods(["GET", "POST"])
@member
def add_lesson(request: MemberRequest, number: int) -> HttpResponse:
    incident = find(request, number)
    if request.method == "GET":
        return redirect(_url(incident))
    form = NewLessonForm(request.POST, incident=incident, by=request.user)
    if not form.is_valid():
        if is_htmx(request):
            return refused(request, form["text"])
        response = row_page(request, incident, "reflections/_new_lesson.html", _url(incident))(form)
        response.status_code = 422
        return response
    try:
        row = form.save()
    except IntegrityError:
        # The same form arrived twice at once; the other one has added it.
        row = Lesson.made_by(form.cleaned_data["creation_key"])
    row = get_object_or_404(incident.lessons, pk=row and row.pk)
    if not is_htmx(request):
        return redirect(_url(incident))
    edit = LessonForm(instance=row, incident=incident, by=request.user)
    context = {**_context(request, incident), "form": edit}
    return added(request, "reflections/_lesson.html", context, form["text"])


@require_http_methods(["GET", "POST"])
@member
def lesson(request: MemberRequest, number: int, pk: int) -> HttpResponse:
    incident = find(request, number)
    row = get_object_or_404(incident.lessons, pk=pk)
    form = LessonForm(request.POST or None, instance=row, incident=incident, by=request.user)
    if request.method == "GET" and not request.membership.may_edit:
        return redirect(_url(incident))
    page = row_page(request, incident, "reflections/_lesson_form.html", _url(incident))
    if request.method == "GET":
        return page(form)
    return save_row(request, form, page=page, done=_url(incident))


@require_POST
@member
def remove_lesson(request: MemberRequest, number: int, pk: int) -> HttpResponse:
    incident = find(request, number)
    row = get_object_or_404(incident.lessons, pk=pk)
    kind = row.kind
    with transaction.atomic():
        Activity.note(incident, request.user, Activity.Verb.REMOVED, row)
        row.delete()
    if not is_htmx(request):
        return redirect(_url(incident))
    rows = list(incident.lessons.filter(kind=kind))
    group = lesson_group(incident, request.user, kind, rows)
    context = {**_context(request, incident), "group": group, "oob": True}
    return render(request, "reflections/_lessons.html", context)
