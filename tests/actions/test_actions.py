"""What will be done: tasks and practices, from a strategy to a recorded result."""

import uuid
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from retro.actions.models import ActionItem
from retro.incidents.models import Activity, Incident
from retro.lib.rows import Stale
from tests import make
from tests.reflections.team import HTMX, harbor, person, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def incident() -> Incident:
    return harbor()


@pytest.fixture
def item(incident: Incident) -> ActionItem:
    return make.action(incident)


def url(rest: Any = "") -> str:
    return f"/desk/actions/{rest}"


def of(incident: Incident, rest: str = "") -> str:
    return f"/desk/incidents/{incident.number}/actions/{rest}"


def form(**fields: Any) -> dict[str, Any]:
    return {"text": "Alert", "kind": "task", "trigger": "always", "version": 1, **fields}


def test_a_line_becomes_an_action(incident: Incident) -> None:
    data = {"text": "Alert the channel", "kind": "practice"}
    assert signed_in("Bora").post(of(incident, "items/"), data).status_code == 302
    page = signed_in("Bora").post(of(incident, "items/"), data, **HTMX)
    assert "Alert the channel" in page.content.decode()
    assert [row.kind for row in incident.actions.all()] == ["practice", "practice"]
    assert Activity.objects.filter(row_type="actions.actionitem", verb="added").count() == 2


def test_an_action_saves_itself(item: ActionItem) -> None:
    data = form(owner=person("Bora").pk, due="2026-12-01", priority="high", full_goal="All of it")
    page = signed_in("Bora").post(url(f"{item.pk}/"), data, **HTMX)
    item.refresh_from_db()
    assert page.status_code == 200 and (item.owner, item.due) == (person("Bora"), date(2026, 12, 1))
    # Its state is a second form on the same page: that learns of the new version, too.
    assert f'id="actionitem-{item.pk}-state-version" value="2"' in page.content.decode()


def test_only_the_team_can_own_it(item: ActionItem) -> None:
    page = signed_in("Bora").post(url(f"{item.pk}/"), form(owner=person("Mallory").pk), **HTMX)
    assert page.status_code == 422


def test_a_strategy_becomes_an_action_once(incident: Incident) -> None:
    strategy = make.strategy(make.point(incident), "Write it down")
    path = f"/desk/incidents/{incident.number}/strategies/{strategy.pk}/action/"
    bora = signed_in("Bora")
    first = bora.post(path)
    item = ActionItem.objects.get()
    assert first.url == url(f"{item.pk}/") == bora.post(path).url
    assert f"/desk/actions/{item.pk}/" in bora.post(path, **HTMX).content.decode()
    assert (item.text, item.strategy, item.incident) == ("Write it down", strategy, incident)
    page = bora.get(f"/desk/incidents/{incident.number}/improvements/").content.decode()
    assert f"/desk/actions/{item.pk}/" in page and "Make it an action" not in page
    assert f"#strategy-row-{strategy.pk}" in bora.get(of(incident)).content.decode()
    assert bora.get(path).status_code == 405
    assert signed_in("Vic").post(path).status_code == 403
    assert signed_in("Mallory").post(path).status_code == 404


def test_an_action_outlives_its_strategy(incident: Incident) -> None:
    strategy = make.strategy(make.point(incident))
    item = ActionItem.objects.make_from(strategy, by=person("Bora"))
    strategy.point.remove()
    item.refresh_from_db()
    assert item.strategy is None


def test_states(item: ActionItem) -> None:
    bora = person("Bora")
    item.start(version=1)
    assert item.state == "in_progress" and not item.is_finished
    item.finish(version=2)
    assert item.state == "done" and not item.is_finished and item.finished_at is None
    with pytest.raises(ValueError, match="result"):
        item.verify(" ", by=bora, version=3)
    item.verify("It alerts", by=bora, version=3)
    assert item.is_finished and item.finished_by == bora and item.finished_at
    item.reopen(version=4)
    assert item.state == "open" and item.finished_at is None and item.actual_result == "It alerts"
    with pytest.raises(ValueError, match="reason"):
        item.decline("", by=bora, version=5)
    item.decline("Too dear", by=bora, version=5)
    assert item.is_finished and item.declined_reason == "Too dear"
    with pytest.raises(Stale):
        item.start(version=1)


def test_the_database_refuses_a_result_that_is_missing(item: ActionItem) -> None:
    for state in ("verified", "declined"):
        with pytest.raises(IntegrityError), transaction.atomic():
            ActionItem.objects.filter(pk=item.pk).update(state=state)


@pytest.mark.parametrize("extra", [{}, HTMX])
@pytest.mark.parametrize(
    ("state", "field", "sentence"),
    [
        ("verified", "actual_result", "Write what came of it"),
        ("declined", "declined_reason", "Write why it will not be done"),
    ],
)
def test_finishing_asks_for_words(
    item: ActionItem, state: str, field: str, sentence: str, extra: dict[str, str]
) -> None:
    bora = signed_in("Bora")
    path = url(f"{item.pk}/state/")
    page = bora.post(path, {"state": state, "version": 1, field: " "}, **extra)
    assert page.status_code == 422 and sentence in page.content.decode()
    page = bora.post(path, {"state": state, "version": 1, field: "We looked"}, **extra)
    assert page.status_code == (200 if extra else 302)
    item.refresh_from_db()
    assert (item.state, getattr(item, field)) == (state, "We looked")
    assert item.finished_by == person("Bora")


def test_every_state_can_be_chosen(item: ActionItem) -> None:
    for version, state in enumerate(["in_progress", "done", "open"], start=1):
        data = {"state": state, "version": version}
        assert signed_in("Bora").post(url(f"{item.pk}/state/"), data, **HTMX).status_code == 200
        item.refresh_from_db()
        assert item.state == state


def test_somebody_elses_newer_text_is_not_overwritten(item: ActionItem) -> None:
    signed_in("Alice").post(url(f"{item.pk}/"), form(text="Theirs"), **HTMX)
    for extra in ({}, HTMX):
        page = signed_in("Bora").post(url(f"{item.pk}/"), form(text="Ours"), **extra)
        assert page.status_code == 409
        assert "Theirs" in page.content.decode() and "Ours" in page.content.decode()
        page = signed_in("Bora").post(
            url(f"{item.pk}/state/"), {"state": "done", "version": 1}, **extra
        )
        assert page.status_code == 409
    item.refresh_from_db()
    assert (item.text, item.state) == ("Theirs", "open")


def test_the_same_form_twice_makes_one(incident: Incident) -> None:
    data = {"text": "Alert", "kind": "task", "creation_key": str(uuid.uuid4())}
    for extra in (HTMX, {}):
        signed_in("Bora").post(of(incident, "items/"), data, **extra)
    assert incident.actions.count() == 1


def test_an_empty_line_is_refused(incident: Incident) -> None:
    for extra in ({}, HTMX):
        page = signed_in("Bora").post(of(incident, "items/"), {"text": "", "kind": "task"}, **extra)
        assert page.status_code == 422 and "Write what will be done." in page.content.decode()


def test_who_may(incident: Incident, item: ActionItem) -> None:
    for rest in ("", "state/", "removal/"):
        path = url(f"{item.pk}/{rest}")
        assert signed_in("Vic").post(path, form(state="done")).status_code == 403
        assert signed_in("Mallory").post(path, form(state="done")).status_code == 404
    assert signed_in("Vic").post(of(incident, "items/"), {"text": "x"}).status_code == 403
    assert signed_in("Mallory").get(url(f"{item.pk}/")).status_code == 404
    assert "<form" not in signed_in("Vic").get(url(f"{item.pk}/")).content.decode()
    assert "Alert the channel" not in signed_in("Mallory").get(url()).content.decode()
    assert signed_in("Bora").post(url(f"{item.pk}/removal/")).status_code == 302
    assert not incident.actions.exists()


def test_wrong_methods(incident: Incident, item: ActionItem) -> None:
    bora = signed_in("Bora")
    assert bora.post(url()).status_code == 405
    assert bora.post(of(incident)).status_code == 405
    assert bora.post(url(f"{item.pk}/folded/")).status_code == 405
    assert bora.get(url(f"{item.pk}/removal/")).status_code == 405


def test_the_editor_unfolds_in_place_and_has_a_page_of_its_own(item: ActionItem) -> None:
    bora = signed_in("Bora")
    row = bora.get(url(f"{item.pk}/"), **HTMX).content.decode()
    assert row.lstrip().startswith("<li") and "data-autosave" in row
    assert "<html" in bora.get(url(f"{item.pk}/")).content.decode()
    folded = bora.get(url(f"{item.pk}/folded/"), **HTMX).content.decode()
    assert "autofocus" in folded and "data-autosave" not in folded
    assert bora.get(url(f"{item.pk}/folded/")).status_code == 302


def test_an_action_is_overdue_after_its_day_while_nobody_has_done_it() -> None:
    today = timezone.localdate()
    late = ActionItem(due=today - timedelta(days=1))
    assert late.is_overdue and not ActionItem(due=today).is_overdue
    assert not ActionItem(due=late.due, state="done").is_overdue and not ActionItem().is_overdue


def test_the_team_sees_mine_first_and_the_most_pressing_first(incident: Incident) -> None:
    bora = person("Bora")
    make.action(incident, "Not mine")
    make.action(incident, "Some day", owner=bora)
    make.action(incident, "Soon", owner=bora, due=date(2026, 11, 1))
    make.action(incident, "Sooner", owner=bora, due=date(2026, 10, 30))
    make.action(incident, "Over", owner=bora, state="verified", actual_result="Yes")
    page = signed_in("Bora").get(url()).content.decode()
    at = [page.index(text) for text in ("Sooner", "Soon<", "Some day", "Not mine")]
    assert at == sorted(at) and "Over<" not in page and "Overdue" in page
    assert "Over<" in signed_in("Bora").get(url("?show=all")).content.decode()


def test_a_long_list_pages_by_key_and_leaves_nothing_out(incident: Incident) -> None:
    days = [None, date(2026, 11, 1), date(2026, 11, 2)]
    texts = {f"Item {n:03}." for n in range(130)}
    for n, text in enumerate(sorted(texts)):
        make.action(incident, text, due=days[n % 3])
    bora, seen, path = signed_in("Bora"), [], url()
    for _ in range(3):
        response = bora.get(path)
        [part] = [p for p in response.context["lists"] if p["name"] == "others"]
        seen += [row.text for row in part["actions"]]
        path = url(f"?{part['next']}")
    assert len(seen) == 130 and set(seen) == texts and not part["next"]


@pytest.mark.parametrize(
    "query", ["?after=x", "?due=never&whose=mine", "?show=no", f"?whose=mine&after={10**30}"]
)
def test_an_address_that_makes_no_sense_shows_the_beginning(incident: Incident, query: str) -> None:
    make.action(incident, "Alert the channel")
    page = signed_in("Bora").get(url(query))
    assert page.status_code == 200 and "Alert the channel" in page.content.decode()


def test_the_number_of_queries_does_not_grow(incident: Incident) -> None:
    bora, counts = signed_in("Bora"), []
    bora.get(url())  # what is asked once and then remembered
    for more in (5, 20):
        for _ in range(more):
            strategy = make.strategy(make.point(incident))
            make.action(incident, strategy=strategy, owner=person("Bora"))
            make.action(incident, strategy=strategy, owner=person("Alice"))
        for path in (url(), of(incident)):
            with CaptureQueriesContext(connection) as queries:
                bora.get(path)
            counts.append(len(queries))
    assert counts[:2] == counts[2:]
    assert counts[0] <= 5 and counts[1] <= 14
