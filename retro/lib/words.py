"""Lengths of time in words."""

from django.utils.translation import gettext as _


def duration(seconds: int) -> str:
    """Return a length of time as people say it: ``5 h 50 min``, ``2 d 3 h``, ``40 s``."""
    minutes, rest = divmod(seconds, 60)
    days, minutes = divmod(minutes, 24 * 60)
    hours, minutes = divmod(minutes, 60)
    parts = []
    if days:
        parts.append(_("%(n)s d") % {"n": days})
    if hours:
        parts.append(_("%(n)s h") % {"n": hours})
    if minutes and not days:
        parts.append(_("%(n)s min") % {"n": minutes})
    if not parts:
        parts.append(_("%(n)s s") % {"n": rest} if rest else _("%(n)s min") % {"n": 0})
    return " ".join(parts)
