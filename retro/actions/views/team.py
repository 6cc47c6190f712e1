"""All of the team's actions, mine first."""

from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from retro.actions.forms import ListForm
from retro.actions.models import ActionItem, ActionItemQuerySet
from retro.teams.access import MemberRequest, member


@require_GET
@member
def action_list(request: MemberRequest) -> HttpResponse:
    form = ListForm(request.GET)
    asked = form.cleaned_data if form.is_valid() else {}
    show = asked.get("show") or "open"
    actions = ActionItem.objects.filter(incident__team=request.membership.team)
    if show == "open":
        actions = actions.unfinished()
    actions = actions.select_related("incident", "owner", "strategy__point")
    lists = {
        "mine": actions.filter(owner=request.user),
        "others": actions.exclude(owner=request.user),
    }
    # A page further on is of one of the two.
    if whose := asked.get("whose"):
        lists = {whose: lists[whose].behind(asked.get("due"), asked.get("after") or 0)}
    context = {
        "lists": [_part(name, rows, show) for name, rows in lists.items()],
        "show": show,
        "further": bool(whose),
        "nav": "actions",
    }
    return render(request, "actions/list.html", context)


def _part(name: str, rows: ActionItemQuerySet, show: str) -> dict[str, Any]:
    """Return one page of a list, and the address of the next one if there is one."""
    page = list(rows.by_due()[: ListForm.PAGE + 1])
    part: dict[str, Any] = {"name": name, "actions": page[: ListForm.PAGE], "next": ""}
    if len(page) > ListForm.PAGE:
        last = page[ListForm.PAGE - 1]
        due = {"due": last.due.isoformat()} if last.due else {}
        part["next"] = urlencode({"show": show, "whose": name, **due, "after": last.pk})
    return part
