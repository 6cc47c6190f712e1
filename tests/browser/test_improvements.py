"""Strategies by keyboard: added, nested and moved, with nothing lost of what is typed meanwhile."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from retro.incidents.models import Incident
from retro.reflections.models import ImprovementPoint
from tests import make
from tests.browser.hands import be

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def incident() -> Incident:
    team = make.team()
    incident = make.incident(team, make.member(team, "Alice", "owner"))
    make.point(incident)
    return incident


def outline(point: ImprovementPoint) -> list[str]:
    rows = point.strategies.select_related("parent__parent")
    return [
        ("  " if row.parent else "") + ("  " if row.parent and row.parent.parent else "") + row.text
        for row in rows
    ]


def open_page(page: Page, incident: Incident) -> None:
    be(page, incident.team.members.get())
    page.goto(f"/desk/incidents/{incident.number}/improvements/")


def test_strategies_by_keyboard_alone(page: Page, incident: Incident) -> None:
    open_page(page, incident)
    point = incident.improvements.get()
    page.locator(".add-line textarea").first.focus()
    # As fast as somebody types: the next line begins before the last one is there.
    for text in ("Alpha", "Beta", "Gamma"):
        page.keyboard.type(text)
        page.keyboard.press("Enter")
    rows = page.locator(".strategy-form textarea")
    expect(rows).to_have_count(3)
    assert outline(point) == ["Alpha", "Beta", "Gamma"]

    rows.nth(1).focus()
    page.keyboard.press("End")
    page.keyboard.type(" more")
    page.keyboard.press("Alt+ArrowRight")
    page.keyboard.type(" and more")
    expect(page.locator(".tree .tree textarea")).to_have_value("Beta more and more")
    expect(page.locator(".tree .tree textarea")).to_be_focused()
    expect(page.locator(".tree .tree output.status")).not_to_have_class(re.compile("typing|saving"))
    assert outline(point) == ["Alpha", "  Beta more and more", "Gamma"]

    page.keyboard.press("Alt+ArrowLeft")
    expect(page.locator(".tree .tree textarea")).to_have_count(0)
    page.keyboard.press("Alt+ArrowDown")
    expect(rows.nth(2)).to_have_value("Beta more and more")
    expect(rows.nth(2)).to_be_focused()
    assert outline(point) == ["Alpha", "Gamma", "Beta more and more"]


def test_enter_that_ends_a_syllable_adds_nothing(page: Page, incident: Incident) -> None:
    open_page(page, incident)
    page.locator(".add-line textarea").first.fill("한")
    page.locator(".add-line textarea").first.evaluate(
        "box => box.dispatchEvent(new KeyboardEvent('keydown',"
        " {key: 'Enter', bubbles: true, cancelable: true, isComposing: true}))"
    )
    expect(page.locator(".add-line textarea").first).to_have_value("한")
    page.keyboard.press("Enter")
    expect(page.locator(".strategy")).to_have_count(1)


def test_what_cannot_be_added_comes_back_into_the_box(
    page: Page, incident: Incident, expected_errors: list[str]
) -> None:
    expected_errors += ["htmx:sendError", "htmx:afterRequest", "ERR_INTERNET_DISCONNECTED"]
    open_page(page, incident)
    box = page.locator(".add-line textarea").first
    page.context.set_offline(True)
    box.fill("Alpha")
    box.press("Enter")
    expect(box).to_have_value("Alpha")
    expect(page.locator(".add-line output.status").first).to_contain_text("Not added")
    page.context.set_offline(False)
    box.press("Enter")
    expect(page.locator(".strategy")).to_have_count(1)
    expect(box).to_have_value("")


def test_without_scripts(new_page: Callable[..., Page], incident: Incident) -> None:
    page = new_page(java_script_enabled=False)
    open_page(page, incident)
    form = page.locator(".add-line").first
    form.locator("textarea").fill("Alpha")
    form.locator("button").click()
    page.locator(".strategy-form textarea").fill("Beta")
    page.locator(".strategy-form .save").click()
    page.locator(".act button").click()
    assert outline(incident.improvements.get()) == ["Beta"]
    assert page.url.endswith(f"/desk/actions/{incident.actions.get().pk}/")
