"""A closing summary composed from the records, offered as a draft to write on."""

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from retro.incidents.durations import durations
from retro.incidents.models import Incident, Milestone
from retro.lib.markdown import to_text
from retro.lib.words import duration


def draft(incident: Incident, language: str) -> str:
    """Return Markdown in the postmortem's language: the problem, the feelings, the changes.

    Only public feelings speak. Changes stand grouped by always, before work, after work, once.
    """
    with translation.override(language):
        parts = [_problem(incident), _felt(incident), _changes(incident)]
    return "\n\n".join(part for part in parts if part)


def _problem(incident: Incident) -> str:
    entries = list(incident.timeline.in_order())
    lines = []
    started = next((row for row in entries if row.milestone == Milestone.STARTED), None)
    if started:
        lines.append(started.heading or to_text(started.body) or incident.title)
    else:
        lines.append(incident.title)
    services = ", ".join(service.name for service in incident.services.all())
    if services:
        lines.append(_("Affected: %(services)s") % {"services": services})
    took = durations(entries)
    if took["detect"].state == "recorded":
        lines.append(_("Noticed after %(time)s") % {"time": duration(took["detect"].seconds or 0)})
    if took["resolve"].state == "recorded":
        lines.append(_("Lasted %(time)s") % {"time": duration(took["resolve"].seconds or 0)})
    return _list(_("The problem"), lines)


def _felt(incident: Incident) -> str:
    feelings = list(incident.feelings.public())
    words = dict.fromkeys(word for row in feelings for word in row.words)
    needs = dict.fromkeys(need for row in feelings for need in row.needs)
    lines = [", ".join(words)] if words else []
    if needs:
        lines.append(_("Needed: %(needs)s") % {"needs": ", ".join(needs)})
    return _list(_("How it felt"), lines)


def _changes(incident: Incident) -> str:
    actions = [row for row in incident.actions.all() if row.state != "declined"]
    groups = [
        (
            pgettext("practice", "Always"),
            [a for a in actions if a.kind == "practice" and a.trigger == "always"],
        ),
        (
            pgettext("practice", "Before work"),
            [a for a in actions if a.kind == "practice" and a.trigger == "before"],
        ),
        (
            pgettext("practice", "After work"),
            [a for a in actions if a.kind == "practice" and a.trigger == "after"],
        ),
        (pgettext("practice", "Once"), [a for a in actions if a.kind == "task"]),
    ]
    lines = []
    for label, rows in groups:
        if rows:
            lines.append(f"- {label}")
            lines += [f"    - {row.text}" for row in rows]
    return f"### {_('What changes')}\n\n" + "\n".join(lines) if lines else ""


def _list(heading: str, lines: list[str]) -> str:
    return f"### {heading}\n\n" + "\n".join(f"- {line}" for line in lines) if lines else ""
