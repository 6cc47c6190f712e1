"""Of two savers at the same moment one wins and the other is told."""

import pytest

from retro.incidents.models import TimelineEntry
from retro.lib.rows import Stale
from tests import make

pytestmark = pytest.mark.django_db


def test_a_save_on_top_of_newer_text_is_refused() -> None:
    team = make.team()
    entry = make.entry(make.incident(team, make.member(team, "Alice")), "first")
    mine, theirs = TimelineEntry.objects.get(pk=entry.pk), TimelineEntry.objects.get(pk=entry.pk)
    theirs.body = "theirs"
    theirs.save_version(1, ["body"])
    mine.body = "mine"
    with pytest.raises(Stale) as caught:
        mine.save_version(1, ["body"])
    assert caught.value.current.body == "theirs"  # type: ignore[attr-defined]
    mine.save_version(2, ["body"])
    entry.refresh_from_db()
    assert (entry.body, entry.version) == ("mine", 3)
