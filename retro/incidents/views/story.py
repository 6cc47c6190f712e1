"""The first step: what happened, entry by entry."""

from typing import Any

from django.db import IntegrityError, transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from retro.incidents.forms import EntryForm, LineForm, PlaceForm
from retro.incidents.models import Activity, Incident, TimelineEntry
from retro.incidents.views.attachments import entry_page
from retro.incidents.views.lookup import find, glance, step_context
from retro.lib.clock import Understood, understand
from retro.lib.creation import with_key
from retro.lib.http import is_htmx, save_row
from retro.teams.access import MemberRequest, member

SHOWN_WHILE_TYPING = 12


def story_context(request: MemberRequest, incident: Incident) -> dict[str, Any]:
    entries = list(incident.timeline.in_order().prefetch_related("attachments"))
    day = None
    for entry in entries:
        entry.incident = incident  # so that no row asks the database for it again
        if entry.starts_at:
            # The first entry of each day is headed by it.
            local = entry.starts_at.astimezone(incident.zone).date()
            entry.begins_day = local != day  # type: ignore[attr-defined]
            day = local
    focus = request.GET.get("focus", "")
    return {
        **step_context(request, incident, "story"),
        **glance(incident, entries),
        "entries": entries,
        "people": list(incident.people.all()),
        "services": list(incident.services.all()),
        "line_form": LineForm(initial=with_key()),
        "focus": int(focus) if focus.isdecimal() and len(focus) < 15 else None,
    }


@require_GET
@member
def story(request: MemberRequest, number: int) -> HttpResponse:
    context = story_context(request, find(request, number))
    return render(request, "incidents/story.html", context)


def understood(incident: Incident, line: str) -> Understood:
    return understand(line, day=incident.day, zone=incident.zone)


@require_GET
@member
def understanding(request: MemberRequest, number: int) -> HttpResponse:
    """Say what the line being typed will become."""
    incident = find(request, number)
    lines = [line for line in request.GET.get("line", "").splitlines() if line.strip()]
    context = {
        "incident": incident,
        "rows": [understood(incident, line) for line in lines[:SHOWN_WHILE_TYPING]],
        "more": max(0, len(lines) - SHOWN_WHILE_TYPING),
    }
    return render(request, "incidents/_understood.html", context)


@require_POST
@member
def add_entries(request: MemberRequest, number: int) -> HttpResponse:
    """Make an entry of each line that was typed or pasted."""
    incident = find(request, number)
    form = LineForm(request.POST)
    if form.is_valid():
        try:
            added = _record(incident, form, request)
        except IntegrityError:
            # The same form arrived twice at once; the other one has made the entries.
            added = TimelineEntry.made_by(form.cleaned_data["creation_key"])
        if not is_htmx(request):
            return redirect(reverse("incidents:story", args=[number]))
        context = {**story_context(request, incident), "added": added and added.pk, "oob": True}
        return render(request, "incidents/_story_main.html", context)
    context = {**story_context(request, incident), "line_form": form, "oob": True}
    page = "incidents/_story_main.html" if is_htmx(request) else "incidents/story.html"
    return render(request, page, context, status=422)


@transaction.atomic
def _record(incident: Incident, form: LineForm, request: MemberRequest) -> TimelineEntry | None:
    key = form.cleaned_data["creation_key"]
    if twin := TimelineEntry.made_by(key):
        return twin
    first = None
    for line in form.lines():
        read = understood(incident, line)
        entry = TimelineEntry(
            incident=incident,
            starts_at=read.starts_at,
            ends_at=read.ends_at,
            approximate=read.approximate,
            body=read.text,
            created_by=request.user,
            creation_key=None if first else key,
        )
        entry.save()
        entry.place()
        first = first or entry
        Activity.note(incident, request.user, Activity.Verb.ADDED, entry)
    return first


@require_http_methods(["GET", "POST"])
@member
def entry(request: MemberRequest, number: int, pk: int) -> HttpResponse:
    incident = find(request, number)
    row = get_object_or_404(incident.timeline, pk=pk)
    row.incident = incident
    form = EntryForm(request.POST or None, instance=row, incident=incident, by=request.user)
    if request.method == "POST":
        return save_row(
            request,
            form,
            page=lambda form: entry_page(request, row, form),
            done=f"{reverse('incidents:story', args=[number])}#entry-{pk}",
            fragments=lambda: _beside(request, incident),
        )
    if not request.membership.may_edit:
        return redirect(f"{reverse('incidents:story', args=[number])}#entry-{pk}")
    return entry_page(request, row, form)


def _beside(request: MemberRequest, incident: Incident) -> list[tuple[str, dict[str, Any]]]:
    entries = list(incident.timeline.in_order())
    context = step_context(request, incident, "story")
    return [
        ("incidents/_glance.html", glance(incident, entries)),
        ("incidents/_rail.html", context),
    ]


def _main(request: MemberRequest, incident: Incident) -> HttpResponse:
    if is_htmx(request):
        context = {**story_context(request, incident), "oob": True}
        return render(request, "incidents/_story_main.html", context)
    return redirect("incidents:story", incident.number)


@require_POST
@member
def place_entry(request: MemberRequest, number: int, pk: int) -> HttpResponse:
    """Move an entry without a time to another place in the order."""
    incident = find(request, number)
    row = get_object_or_404(incident.timeline, pk=pk)
    form = PlaceForm(request.POST)
    if form.is_valid() and row.starts_at is None:
        with transaction.atomic():
            row.move(form.target(row))
            Activity.note(incident, request.user, Activity.Verb.MOVED, row)
    return _main(request, incident)


@require_POST
@member
def remove_entry(request: MemberRequest, number: int, pk: int) -> HttpResponse:
    incident = find(request, number)
    row = get_object_or_404(incident.timeline, pk=pk)
    with transaction.atomic():
        Activity.note(incident, request.user, Activity.Verb.REMOVED, row)
        row.delete()
    return _main(request, incident)
