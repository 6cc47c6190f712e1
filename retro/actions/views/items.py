"""The fourth step: what will be done. One row each, folded; its editor unfolds in place."""

from typing import Any

from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from retro.actions.forms import ActionForm, NewActionForm, StateForm
from retro.actions.models import ActionItem, ActionKind
from retro.incidents.models import Activity, Incident
from retro.incidents.views.lookup import find, step_context
from retro.lib.creation import with_key
from retro.lib.forms import RowForm
from retro.lib.http import is_htmx, save_row
from retro.reflections.models import Strategy
from retro.teams.access import MemberRequest, member


def glance(incident: Incident) -> dict[str, Any]:
    """Return what stands beside the actions: what each of them may still lack."""
    rows = list(incident.actions.unfinished().values_list("kind", "owner_id", "due", "full_goal"))
    return {
        "open": len(rows),
        "no_owner": sum(owner is None for _kind, owner, _due, _goal in rows),
        "no_due": sum(kind == ActionKind.TASK and due is None for kind, _owner, due, _goal in rows),
        "no_goal": sum(not goal for _kind, _owner, _due, goal in rows),
    }


def actions_context(request: HttpRequest, incident: Incident) -> dict[str, Any]:
    return {
        **step_context(request, incident, "actions"),
        "actions": incident.actions.select_related("incident", "owner", "strategy__point"),
        "glance": glance(incident),
        "new_form": NewActionForm(incident=incident, by=request.user, initial=with_key()),
    }


@require_GET
@member
def incident_actions(request: MemberRequest, number: int) -> HttpResponse:
    context = actions_context(request, find(request, number))
    return render(request, "actions/incident.html", context)


def _beside(request: MemberRequest, incident: Incident) -> dict[str, Any]:
    return {**step_context(request, incident, "actions"), "glance": glance(incident)}


@require_http_methods(["GET", "POST"])
@member
def add_action(request: MemberRequest, number: int) -> HttpResponse:
    incident = find(request, number)
    if request.method == "GET":
        return redirect("actions:incident", number)
    form = NewActionForm(request.POST, incident=incident, by=request.user)
    if not form.is_valid():
        if is_htmx(request):
            error = {"field": form["text"], "oob": True}
            response = render(request, "_error.html", error, status=422)
            response["HX-Reswap"] = "none"
            return response
        context = {**actions_context(request, incident), "new_form": form}
        return render(request, "actions/incident.html", context, status=422)
    try:
        row = form.save()
    except IntegrityError:
        # The same form arrived twice at once; the other one has added it.
        row = ActionItem.made_by(form.cleaned_data["creation_key"])
    row = get_object_or_404(incident.actions, pk=row and row.pk)
    if not is_htmx(request):
        return redirect(f"{reverse('actions:incident', args=[number])}#action-{row.pk}")
    context = {**_beside(request, incident), "action": row}
    html = render_to_string("actions/_action.html", context, request)
    html += render_to_string("_error.html", {"field": form["text"], "oob": True}, request)
    return HttpResponse(html + _pieces(request, context))


def _pieces(request: MemberRequest, context: dict[str, Any]) -> str:
    return "".join(
        render_to_string(piece, {**context, "oob": True}, request)
        for piece in ("actions/_glance.html", "incidents/_rail.html")
    )


@require_POST
@member
def from_strategy(request: MemberRequest, number: int, pk: int) -> HttpResponse:
    """Make the strategy an action; asked again, lead to the same one."""
    incident = find(request, number)
    strategy = get_object_or_404(Strategy, pk=pk, point__incident=incident)
    row = ActionItem.objects.make_from(strategy, by=request.user)
    if not is_htmx(request):
        return redirect("actions:action", row.pk)
    context = {**step_context(request, incident, "improvements"), "action": row, "oob": True}
    return render(request, "actions/_made.html", context)


def _item(request: MemberRequest, pk: int) -> ActionItem:
    row: ActionItem = get_object_or_404(
        ActionItem.objects.select_related(
            "incident__team", "owner", "strategy__point", "finished_by"
        ),
        pk=pk,
        incident__team=request.membership.team,
    )
    return row


def _editor(
    request: MemberRequest,
    row: ActionItem,
    form: ActionForm | None = None,
    state_form: StateForm | None = None,
    status: int = 200,
) -> HttpResponse:
    """Show one action's forms: in its place in a list, or as a page of its own."""
    incident, by = row.incident, request.user
    context = {
        **_beside(request, incident),
        "action": row,
        "form": form or ActionForm(instance=row, incident=incident, by=by),
        "state_form": state_form or StateForm(instance=row, incident=incident, by=by),
    }
    page = "actions/_editor_row.html" if is_htmx(request) else "actions/action.html"
    return render(request, page, context, status=status)


def _saved(request: MemberRequest, row: ActionItem, other: RowForm) -> Any:
    """Return what else changes on the page when one of an action's two forms is saved."""

    def fragments() -> list[tuple[str, dict[str, Any]]]:
        context = _beside(request, row.incident)
        return [
            ("actions/_version.html", {"form": other, "version": row.version}),
            ("actions/_glance.html", context),
            ("incidents/_rail.html", context),
        ]

    return fragments


@require_http_methods(["GET", "POST"])
@member
def action(request: MemberRequest, pk: int) -> HttpResponse:
    row = _item(request, pk)
    if request.method == "GET":
        return _editor(request, row)
    by = request.user
    form = ActionForm(request.POST, instance=row, incident=row.incident, by=by)
    other = StateForm(instance=row, incident=row.incident, by=by)
    return save_row(
        request,
        form,
        page=lambda form: _editor(request, _item(request, pk), form),
        done=reverse("actions:action", args=[pk]),
        fragments=_saved(request, row, other),
    )


@require_http_methods(["GET", "POST"])
@member
def state(request: MemberRequest, pk: int) -> HttpResponse:
    row = _item(request, pk)
    if request.method == "GET":
        return redirect("actions:action", pk)
    by = request.user
    form = StateForm(request.POST, instance=row, incident=row.incident, by=by)
    other = ActionForm(instance=row, incident=row.incident, by=by)
    return save_row(
        request,
        form,
        page=lambda form: _editor(request, _item(request, pk), state_form=form),
        done=reverse("actions:action", args=[pk]),
        fragments=_saved(request, row, other),
    )


@require_GET
@member
def folded(request: MemberRequest, pk: int) -> HttpResponse:
    """One action as a row of its list, when its editor is put away."""
    row = _item(request, pk)
    if not is_htmx(request):
        return redirect(f"{reverse('actions:incident', args=[row.incident.number])}#action-{pk}")
    context = {**_beside(request, row.incident), "action": row, "focus": pk}
    return render(request, "actions/_action.html", context)


@require_POST
@member
def remove_action(request: MemberRequest, pk: int) -> HttpResponse:
    row = _item(request, pk)
    incident = row.incident
    with transaction.atomic():
        Activity.note(incident, request.user, Activity.Verb.REMOVED, row)
        row.delete()
    if not is_htmx(request):
        return redirect("actions:incident", incident.number)
    context = {**actions_context(request, incident), "oob": True}
    return render(request, "actions/_actions.html", context)
