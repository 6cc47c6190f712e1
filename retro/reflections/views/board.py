"""The improvements page as data: points, their two columns of nested strategies, the lessons."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.db.models import Count, Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string

from retro.incidents.models import Incident
from retro.incidents.views.lookup import step_context
from retro.lib.creation import with_key
from retro.lib.forms import RowForm
from retro.reflections.forms import (
    LessonForm,
    NewLessonForm,
    NewStrategyForm,
    PointForm,
    StrategyForm,
)
from retro.reflections.models import ImprovementPoint, LessonKind, Side, Strategy
from retro.reflections.moments import moments
from retro.reflections.tree import Tree
from retro.teams.models import User


class Board:
    """The points of an incident with the forms of each row, read with the same few queries
    however many there are."""

    def __init__(self, incident: Incident, user: User) -> None:
        self.incident, self.user = incident, user
        self.moments = moments(incident)

    def points(self) -> list[dict[str, Any]]:
        rows = self._read(self.incident.improvements.all())
        return [self._point(row) for row in rows]

    def point(self, row: ImprovementPoint) -> dict[str, Any]:
        return self._point(self._read(self.incident.improvements.filter(pk=row.pk))[0])

    def strategy(self, row: Strategy) -> dict[str, Any]:
        """Return one strategy that has none under it yet."""
        return self._node(row, Tree([row]))

    def side(self, point: ImprovementPoint, side: str) -> dict[str, Any]:
        """Return one column of a point."""
        rows = point.strategies.filter(side=side).prefetch_related("actions")
        return self._side(point, side, list(rows))

    def _read(self, points: Any) -> list[ImprovementPoint]:
        strategies = Prefetch("strategies", Strategy.objects.prefetch_related("actions"))
        return list(points.prefetch_related("entries", strategies))

    def _point(self, row: ImprovementPoint) -> dict[str, Any]:
        row.incident = self.incident
        form = PointForm(instance=row, incident=self.incident, by=self.user, moments=self.moments)
        picked = {entry.pk for entry in row.entries.all()}
        strategies = list(row.strategies.all())
        return {
            "row": row,
            "form": form,
            "moments": [label for key, label in self.moments if key in picked],
            "sides": [
                self._side(row, side, [s for s in strategies if s.side == side])
                for side in Side.values
            ],
        }

    def _side(self, point: ImprovementPoint, side: str, rows: list[Strategy]) -> dict[str, Any]:
        tree = Tree(rows)
        return {
            "point": point,
            "side": side,
            "label": Side(side).label,
            "nodes": [self._node(row, tree) for row in tree.under(None)],
            "new_form": self.new_strategy(point, side),
        }

    def new_strategy(self, point: ImprovementPoint, side: str) -> NewStrategyForm:
        return NewStrategyForm(
            point=point, side=side, incident=self.incident, by=self.user, initial=with_key()
        )

    def _node(self, row: Strategy, tree: Tree[Strategy]) -> dict[str, Any]:
        return {
            "row": row,
            "form": StrategyForm(instance=row, incident=self.incident, by=self.user),
            "actions": list(row.actions.all()),
            "beneath": len(tree.beneath(row.pk)),
            "children": [self._node(child, tree) for child in tree.under(row.pk)],
        }


def lesson_group(incident: Incident, user: User, kind: str, rows: list[Any]) -> dict[str, Any]:
    return {
        "kind": kind,
        "label": LessonKind(kind).label,
        "rows": [LessonForm(instance=row, incident=incident, by=user) for row in rows],
        "new_form": NewLessonForm(kind=kind, incident=incident, by=user, initial=with_key()),
    }


def lesson_groups(incident: Incident, user: User) -> list[dict[str, Any]]:
    rows = list(incident.lessons.all())
    return [
        lesson_group(incident, user, kind, [row for row in rows if row.kind == kind])
        for kind in LessonKind.values
    ]


def glance(incident: Incident) -> dict[str, Any]:
    """Return what stands beside the improvements: how many, and which points have no strategy."""
    points = list(incident.improvements.annotate(strategy_count=Count("strategies")))
    return {
        "points": len(points),
        "strategies": sum(point.strategy_count for point in points),
        "without": [point for point in points if not point.strategy_count],
    }


def added(
    request: HttpRequest, template: str, context: dict[str, Any], field: forms.BoundField
) -> HttpResponse:
    """Answer an add with the new row, to be put at the end of its list, and what changes beside."""
    html = render_to_string(template, context, request)
    empty = {"field": field, "oob": True}
    html += render_to_string("_error.html", empty, request)
    for piece in ("reflections/_glance.html", "incidents/_rail.html"):
        html += render_to_string(piece, {**context, "oob": True}, request)
    return HttpResponse(html)


def refused(request: HttpRequest, field: forms.BoundField) -> HttpResponse:
    """Answer an add with what is wrong, beside the box; the box and the list stay as they are."""
    response = render(request, "_error.html", {"field": field, "oob": True}, status=422)
    response["HX-Reswap"] = "none"
    return response


def row_page(
    request: HttpRequest, incident: Incident, template: str, back: str
) -> Callable[[RowForm], HttpResponse]:
    """Return a view of one row's form on a page of its own, for where scripts do not run."""

    def page(form: RowForm) -> HttpResponse:
        context = {
            **step_context(request, incident, "improvements"),
            "form": form,
            "template": template,
            "back": back,
        }
        return render(request, "reflections/row.html", context)

    return page
