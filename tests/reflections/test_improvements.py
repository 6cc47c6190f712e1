"""What to do differently: numbered points, strategies nested under them, lessons."""

import uuid
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from retro.incidents.models import Activity, Incident
from retro.reflections.models import ImprovementPoint, Lesson, Strategy
from tests import make
from tests.reflections.team import HTMX, harbor, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def incident() -> Incident:
    return harbor()


@pytest.fixture
def point(incident: Incident) -> ImprovementPoint:
    return make.point(incident)


def url(incident: Incident, rest: str = "") -> str:
    return f"/desk/incidents/{incident.number}/improvements/{rest}"


def headings(incident: Incident) -> list[str]:
    return [f"{row.number} {row.heading}" for row in incident.improvements.all()]


def outline(point: ImprovementPoint, side: str = "before") -> list[str]:
    """Return a column as lines, indented by their level."""
    lines = []
    for row in point.strategies.filter(side=side).select_related("parent__parent__parent"):
        level, at = 0, row.parent
        while at:
            level, at = level + 1, at.parent
        lines.append("  " * level + row.text)
    return lines


def test_points_are_numbered_as_they_come(incident: Incident) -> None:
    for heading in ("Say the goal", "Alert the channel"):
        assert (
            signed_in("Bora").post(url(incident, "points/"), {"heading": heading}).status_code
            == 302
        )
    assert headings(incident) == ["1 Say the goal", "2 Alert the channel"]
    assert Activity.objects.filter(actor__name="Bora", verb="added").count() == 2


def test_an_added_point_comes_as_a_row_of_its_own(incident: Incident) -> None:
    page = signed_in("Bora").post(url(incident, "points/"), {"heading": "Say the goal"}, **HTMX)
    text = page.content.decode()
    assert text.count('class="card point"') == 1 and 'id="rail" hx-swap-oob="true"' in text


def test_a_point_saves_its_narrative_and_its_moments(
    incident: Incident, point: ImprovementPoint
) -> None:
    entry = make.entry(incident)
    theirs = make.entry(Incident.objects.get(title="Theirs"))
    data: dict[str, Any] = {
        "heading": "Say it",
        "body": "*Why*",
        "entries": [entry.pk],
        "version": 1,
    }
    bora = signed_in("Bora")
    page = bora.post(url(incident, f"points/{point.pk}/"), data, **HTMX)
    point.refresh_from_db()
    assert page.status_code == 200 and (point.heading, point.version) == ("Say it", 2)
    assert list(point.entries.all()) == [entry]
    data.update(entries=[theirs.pk], version=2)
    assert bora.post(url(incident, f"points/{point.pk}/"), data, **HTMX).status_code == 422


def test_points_change_places_and_close_ranks(incident: Incident) -> None:
    a, b, c = (make.point(incident, heading) for heading in "ABC")
    bora = signed_in("Bora")
    bora.post(url(incident, f"points/{c.pk}/place/"), {"direction": "up"})
    assert headings(incident) == ["1 A", "2 C", "3 B"]
    bora.post(url(incident, f"points/{a.pk}/place/"), {"after": f"point-{b.pk}"})
    assert headings(incident) == ["1 C", "2 B", "3 A"]
    bora.post(url(incident, f"points/{b.pk}/place/"), {"after": ""})
    bora.post(url(incident, f"points/{b.pk}/place/"), {"direction": "up"})
    assert headings(incident) == ["1 B", "2 C", "3 A"]
    page = bora.post(url(incident, f"points/{c.pk}/removal/"), **HTMX)
    assert headings(incident) == ["1 B", "2 A"] and 'id="points"' in page.content.decode()


def test_strategies_are_added_to_their_column(incident: Incident, point: ImprovementPoint) -> None:
    bora = signed_in("Bora")
    for side, text in (("before", "Write it down"), ("after", "Look back"), ("before", "Ask")):
        bora.post(
            url(incident, f"points/{point.pk}/strategies/"), {"side": side, "text": text}, **HTMX
        )
    assert outline(point) == ["Write it down", "Ask"]
    assert outline(point, "after") == ["Look back"]
    assert Activity.objects.filter(row_type="reflections.strategy", verb="added").count() == 3


def test_a_strategy_saves_itself_on_one_line(incident: Incident, point: ImprovementPoint) -> None:
    row = make.strategy(point)
    data = {"text": "Write\r\nit", "version": 1}
    assert (
        signed_in("Bora").post(url(incident, f"strategies/{row.pk}/"), data, **HTMX).status_code
        == 200
    )
    row.refresh_from_db()
    assert (row.text, row.version) == ("Write it", 2)


def test_strategies_nest_and_come_out_again(incident: Incident, point: ImprovementPoint) -> None:
    a, b, c = (make.strategy(point, text) for text in "ABC")
    bora = signed_in("Bora")

    def step(row: Strategy, direction: str) -> list[str]:
        bora.post(url(incident, f"strategies/{row.pk}/place/"), {"direction": direction}, **HTMX)
        return outline(point)

    assert step(b, "in") == ["A", "  B", "C"]
    assert step(c, "in") == ["A", "  B", "  C"]
    assert step(c, "in") == ["A", "  B", "    C"]
    assert step(b, "out") == ["A", "B", "  C"]
    assert step(b, "up") == ["B", "  C", "A"]
    assert Activity.objects.filter(verb="moved").count() == 5
    # Dropped: into a row, and back to the top; the point's own key is the top.
    bora.post(url(incident, f"strategies/{a.pk}/place/"), {"after": c.pk, "parent": b.pk})
    assert outline(point) == ["B", "  C", "  A"]
    bora.post(
        url(incident, f"strategies/{c.pk}/place/"), {"after": "", "parent": f"point-{point.pk}"}
    )
    assert outline(point) == ["C", "B", "  A"]


def test_a_strategy_never_comes_under_itself_or_another_column(
    incident: Incident, point: ImprovementPoint
) -> None:
    a = make.strategy(point, "A")
    b = make.strategy(point, "B", parent=a)
    other = make.strategy(point, "After", side="after")
    bora = signed_in("Bora")
    page = bora.post(url(incident, f"strategies/{a.pk}/place/"), {"parent": b.pk}, **HTMX)
    assert "It cannot go there" in page.content.decode()
    bora.post(url(incident, f"strategies/{a.pk}/place/"), {"parent": other.pk}, **HTMX)
    assert (outline(point), outline(point, "after")) == (["A", "  B"], ["After"])


def test_four_levels_are_as_deep_as_it_goes(incident: Incident, point: ImprovementPoint) -> None:
    parent = None
    for text in "ABCD":
        parent = make.strategy(point, text, parent=parent)
    e = make.strategy(point, "E")
    path = url(incident, f"strategies/{e.pk}/place/")
    page = signed_in("Bora").post(path, {"parent": parent and parent.pk}, **HTMX)
    assert "four levels" in page.content.decode()
    assert outline(point) == ["A", "  B", "    C", "      D", "E"]


def test_removing_a_strategy_keeps_those_under_it_unless_said_otherwise(
    incident: Incident, point: ImprovementPoint
) -> None:
    a = make.strategy(point, "A")
    b = make.strategy(point, "B", parent=a)
    make.strategy(point, "C", parent=b)
    make.strategy(point, "D")
    bora = signed_in("Bora")
    assert "2 strategies are under it." in bora.get(url(incident)).content.decode()
    bora.post(url(incident, f"strategies/{a.pk}/removal/"), {}, **HTMX)
    assert outline(point) == ["B", "  C", "D"]
    bora.post(url(incident, f"strategies/{b.pk}/removal/"), {"children": "remove"}, **HTMX)
    assert outline(point) == ["D"]
    assert [row.position for row in point.strategies.all()] == [1]


def test_lessons_are_added_changed_and_removed(incident: Incident) -> None:
    bora = signed_in("Bora")
    data = {"kind": "got_lucky", "text": "It was Sunday"}
    page = bora.post(url(incident, "lessons/"), data, **HTMX)
    row = incident.lessons.get()
    assert row.kind == "got_lucky" and "It was Sunday" in page.content.decode()
    bora.post(url(incident, f"lessons/{row.pk}/"), {"text": "It was night", "version": 1}, **HTMX)
    row.refresh_from_db()
    assert (row.text, row.kind) == ("It was night", "got_lucky")
    page = bora.post(url(incident, f"lessons/{row.pk}/removal/"), **HTMX)
    assert not incident.lessons.exists() and 'id="lessons-got_lucky"' in page.content.decode()
    assert Activity.objects.filter(row_type="reflections.lesson").count() == 3


def rows(incident: Incident) -> list[tuple[str, dict[str, Any]]]:
    """Return every address that writes, with a form that it takes."""
    point = make.point(incident)
    strategy, lesson = make.strategy(point), make.lesson(incident)
    return [
        ("points/", {"heading": "More"}),
        (f"points/{point.pk}/", {"heading": "More", "version": 1}),
        (f"points/{point.pk}/place/", {"direction": "up"}),
        (f"points/{point.pk}/strategies/", {"text": "More", "side": "before"}),
        (f"strategies/{strategy.pk}/", {"text": "More", "version": 1}),
        (f"strategies/{strategy.pk}/place/", {"direction": "in"}),
        ("lessons/", {"text": "More", "kind": "went_well"}),
        (f"lessons/{lesson.pk}/", {"text": "More", "version": 1}),
        (f"lessons/{lesson.pk}/removal/", {}),
        (f"strategies/{strategy.pk}/removal/", {}),
        (f"points/{point.pk}/removal/", {}),
    ]


@pytest.mark.parametrize(("name", "status"), [("Alice", 302), ("Bora", 302), ("Vic", 403)])
def test_the_team_writes_and_viewers_read(incident: Incident, name: str, status: int) -> None:
    client = signed_in(name)
    for rest, data in rows(incident):
        assert client.post(url(incident, rest), data).status_code == status, rest
    assert client.get(url(incident)).status_code == 200


def test_another_team_finds_nothing(incident: Incident) -> None:
    mallory = signed_in("Mallory")
    for rest, data in rows(incident):
        # "points/" and "lessons/" are addresses of Mallory's own incident with that number.
        if rest not in ("points/", "lessons/"):
            assert mallory.post(url(incident, rest), data).status_code == 404, rest
    mallory.post(url(incident, "points/"), {"heading": "Mine"})
    assert headings(incident) == ["1 Say the goal out loud"]


def test_a_viewer_sees_no_forms(incident: Incident) -> None:
    rows(incident)
    page = signed_in("Vic").get(url(incident)).content.decode()
    assert "Say the goal out loud" in page and "Write it down" in page and "<form" not in page


def test_empty_texts_are_refused_with_a_sentence(incident: Incident) -> None:
    for rest, data in rows(incident):
        wrong = {key: "" if key in ("text", "heading") else value for key, value in data.items()}
        if wrong == data:
            continue
        for extra in ({}, HTMX):
            page = signed_in("Bora").post(url(incident, rest), wrong, **extra)
            assert page.status_code == 422, rest
            assert 'class="error"' in page.content.decode(), rest
    assert (ImprovementPoint.objects.count(), Strategy.objects.count(), Lesson.objects.count()) == (
        1,
        1,
        1,
    )


def test_somebody_elses_newer_text_is_not_overwritten(incident: Incident) -> None:
    for rest, data in rows(incident):
        if "version" not in data:
            continue
        signed_in("Alice").post(url(incident, rest), data | {next(iter(data)): "Theirs"}, **HTMX)
        for extra in ({}, HTMX):
            page = signed_in("Bora").post(
                url(incident, rest), data | {next(iter(data)): "Ours"}, **extra
            )
            assert page.status_code == 409, rest
            assert "Theirs" in page.content.decode() and "Ours" in page.content.decode(), rest


def test_the_same_form_twice_makes_one_row(incident: Incident) -> None:
    for rest, data in rows(incident):
        if "version" in data or not data.get("heading", data.get("text")):
            continue
        data["creation_key"] = str(uuid.uuid4())
        for extra in (HTMX, {}):
            assert signed_in("Bora").post(url(incident, rest), data, **extra).status_code in (
                200,
                302,
            )
    assert (ImprovementPoint.objects.count(), Strategy.objects.count(), Lesson.objects.count()) == (
        2,
        2,
        2,
    )


def test_wrong_methods(incident: Incident) -> None:
    assert signed_in("Bora").post(url(incident)).status_code == 405
    for rest, _data in rows(incident):
        if rest.endswith(("place/", "removal/")):
            assert signed_in("Bora").get(url(incident, rest)).status_code == 405, rest


def test_a_row_has_a_page_of_its_own_without_scripts(incident: Incident) -> None:
    for rest, data in rows(incident):
        if "version" in data:
            assert signed_in("Bora").get(url(incident, rest)).status_code == 200, rest
            assert signed_in("Vic").get(url(incident, rest)).status_code == 302, rest


def test_the_number_of_queries_does_not_grow(incident: Incident) -> None:
    bora, counts = signed_in("Bora"), []
    bora.get(url(incident))  # what is asked once and then remembered
    for more in (5, 20):
        for _ in range(more):
            point = make.point(incident)
            point.entries.add(make.entry(incident))
            row = make.strategy(point)
            make.strategy(point, parent=row)
            make.action(incident, strategy=row)
            make.lesson(incident)
        with CaptureQueriesContext(connection) as queries:
            bora.get(url(incident))
        counts.append(len(queries))
    # 10 of its own, and what the rail beside it asks for each step.
    assert counts[0] == counts[1] <= 18
