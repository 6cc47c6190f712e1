"""The second step: how it felt. Nobody but its author reads or writes a private feeling."""

from typing import Any

from django.db import IntegrityError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from retro.incidents.models import Incident
from retro.incidents.views.lookup import find, step_context
from retro.lib.creation import with_key
from retro.lib.http import is_htmx, save_row
from retro.reflections import suggestions
from retro.reflections.forms import AnonymityForm, FeelingForm, Moments, NewFeelingForm
from retro.reflections.models import Feeling
from retro.reflections.moments import moments
from retro.reflections.views.board import refused
from retro.teams.access import MemberRequest, member
from retro.teams.models import Membership

# In fewer than this, a missing name hides little: the page says so before somebody shares.
SMALL_TEAM = 5


def suggested() -> dict[str, Any]:
    """Return the words to click on, in the person's language, and where they come from."""
    language = (get_language() or "en").split("-")[0]
    return {
        "feeling_words": suggestions.feelings(language),
        "need_words": suggestions.needs(language),
        "source": suggestions.SOURCE,
        "source_url": suggestions.SOURCE_URL,
    }


def _cards(
    request: MemberRequest, incident: Incident, rows: list[Feeling], choices: Moments
) -> list[dict[str, Any]]:
    """Return each of the author's own feelings with its two forms."""
    return [
        {
            "row": row,
            "form": FeelingForm(instance=row, incident=incident, by=request.user, moments=choices),
            "anonymity": AnonymityForm(feeling=row),
        }
        for row in rows
    ]


def _team_size(request: MemberRequest) -> int | None:
    """Return how many a small team is; None for one where a missing name hides something."""
    size = Membership.objects.filter(team_id=request.membership.team_id).count()
    return size if size < SMALL_TEAM else None


def feelings_context(request: MemberRequest, incident: Incident) -> dict[str, Any]:
    choices = moments(incident)
    mine = list(incident.feelings.filter(author=request.user).order_by("created_at", "pk"))
    shared = incident.feelings.by_others(request.user).select_related("author", "entry")
    named = dict(choices)
    for row in shared:
        row.moment = named.get(row.entry_id or 0, "")  # type: ignore[attr-defined]
    return {
        **step_context(request, incident, "feelings"),
        **suggested(),
        "mine": _cards(request, incident, mine, choices),
        "shared": shared,
        "new_form": NewFeelingForm(initial=with_key()),
        "small_team": _team_size(request),
    }


@require_GET
@member
def feelings(request: MemberRequest, number: int) -> HttpResponse:
    context = feelings_context(request, find(request, number))
    return render(request, "reflections/feelings.html", context)


@require_http_methods(["GET", "POST"])
@member
def add_feeling(request: MemberRequest, number: int) -> HttpResponse:
    incident = find(request, number)
    if request.method == "GET":
        return redirect("reflections:feelings", number)
    form = NewFeelingForm(request.POST)
    if not form.is_valid():
        if is_htmx(request):
            return refused(request, form["body"])
        context = {**feelings_context(request, incident), "new_form": form}
        return render(request, "reflections/feelings.html", context, status=422)
    try:
        row = form.save(incident, request.user)
    except IntegrityError:
        # The same form arrived twice at once; the other one has written it.
        row = get_object_or_404(
            _own(request, incident), creation_key=form.cleaned_data["creation_key"]
        )
    if not is_htmx(request):
        return redirect(f"{reverse('reflections:feelings', args=[number])}#feeling-{row.pk}")
    context = {**feelings_context(request, incident), "opened": row.pk, "oob": True}
    return render(request, "reflections/_feelings_main.html", context)


def _own(request: MemberRequest, incident: Incident) -> Any:
    return incident.feelings.filter(author=request.user)


@require_http_methods(["GET", "POST"])
@member
def feeling(request: MemberRequest, number: int, pk: str) -> HttpResponse:
    """One's own feeling, a page of its own; everybody else's is not found."""
    incident = find(request, number)
    row = get_object_or_404(_own(request, incident), pk=pk)
    choices = moments(incident)
    form = FeelingForm(
        request.POST or None, instance=row, incident=incident, by=request.user, moments=choices
    )
    if request.method == "GET":
        return _feeling_page(request, incident, form)
    return save_row(
        request,
        form,
        page=lambda form: _feeling_page(request, incident, form),
        done=f"{reverse('reflections:feelings', args=[number])}#feeling-{pk}",
        fragments=lambda: [("incidents/_rail.html", step_context(request, incident, "feelings"))],
    )


def _feeling_page(
    request: MemberRequest,
    incident: Incident,
    form: FeelingForm,
    anonymity: AnonymityForm | None = None,
) -> HttpResponse:
    row = form.instance
    card = {"row": row, "form": form, "anonymity": anonymity or AnonymityForm(feeling=row)}
    context = {
        **step_context(request, incident, "feelings"),
        **suggested(),
        "card": card,
        "small_team": _team_size(request),
    }
    return render(request, "reflections/feeling.html", context)


@require_POST
@member
def share_anonymously(request: MemberRequest, number: int, pk: str) -> HttpResponse:
    """Store it anew without its author. The address of the old one is gone with it."""
    incident = find(request, number)
    row = get_object_or_404(_own(request, incident), pk=pk)
    form = AnonymityForm(request.POST, feeling=row)
    if not form.is_valid():
        return _unshared(request, incident, row, form)
    try:
        row.share_anonymously(form.cleaned_data["visibility"])
    except Feeling.DoesNotExist:
        raise Http404 from None
    return _main(request, incident, shared_now=True)


def _unshared(
    request: MemberRequest, incident: Incident, row: Feeling, form: AnonymityForm
) -> HttpResponse:
    if is_htmx(request):
        return refused(request, form["visibility"])
    edit = FeelingForm(instance=row, incident=incident, by=request.user, moments=moments(incident))
    response = _feeling_page(request, incident, edit, form)
    response.status_code = 422
    return response


@require_POST
@member
def remove_feeling(request: MemberRequest, number: int, pk: str) -> HttpResponse:
    incident = find(request, number)
    get_object_or_404(_own(request, incident), pk=pk).delete()
    return _main(request, incident)


def _main(request: MemberRequest, incident: Incident, shared_now: bool = False) -> HttpResponse:
    if is_htmx(request):
        context = {**feelings_context(request, incident), "oob": True, "shared_now": shared_now}
        return render(request, "reflections/_feelings_main.html", context)
    return redirect("reflections:feelings", incident.number)
