"""A real retrospective, typed in through the form as a person would, published, and read.

What it says stands in ../shared/cases/blocked-ip.expected.json: none of its sentences is here.
"""

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from retro.incidents.models import Incident
from retro.postmortems.models import Revision
from retro.teams.models import User
from tests import make
from tests.browser import hands

pytestmark = pytest.mark.django_db(transaction=True)

SECRET = "비밀스러운 두루미"
TEAM_ONLY = "팀에게만 말하는 수달"
# Where the reader's list says "partly or misleading" the person has to choose one.
OUTCOMES = {"partly or misleading": "misleading"}
TRIGGERS = {"always": "always", "before work": "before", "after work": "after"}


@pytest.fixture
def case(cases: Path) -> dict[str, Any]:
    text = (cases / "blocked-ip.expected.json").read_text()
    loaded: dict[str, Any] = json.loads(text)
    return loaded


@pytest.fixture
def author(db: None) -> User:
    team = make.team("항구", language="ko")
    return make.member(team, "지혜", "owner", email="jihye@example.com", language="ko", time_zone="Asia/Seoul")


def begin(page: Page, case: dict[str, Any]) -> Incident:
    page.goto("/desk/")
    page.get_by_role("link", name="새 회고").first.click()
    form = page.locator("main form")
    hands.fill(form, "title", "외부 서비스가 우리 주소를 차단했다")
    hands.fill(form, "day", "2022-10-27")
    hands.fill(form, "severity", "2")
    hands.fill(form, "services", ", ".join(case["affected"]).replace("(상품 정보, 썸네일, 구매 화면)", ""))
    people = [name.partition(" (") for name in case["people"]]
    hands.fill(form, "people", "\n".join(f"{name}, {name}" for name, _space, _rest in people))
    form.locator("button[type=submit]").click()
    page.wait_for_url("**/story/")
    return Incident.objects.get()


def tell(page: Page, case: dict[str, Any]) -> None:
    """Type each line of the timeline; those without a time go last, as they come."""
    for row in case["timeline"]:
        what = row["what"]
        mark = "~" if row.get("approximate") else ""
        hands.type_line(page, f"{mark}{row['at']} {what}" if "at" in row else what)
        fields = {
            "kind": row["kind"],
            "milestone": row.get("milestone"),
            "expected": row.get("expected"),
            "actual": row.get("actual"),
            "outcome": OUTCOMES.get(row.get("outcome"), row.get("outcome")),
        }
        chosen = {name: value for name, value in fields.items() if value and value != "event"}
        if chosen:
            hands.edit_entry(page, what[:40], **chosen)


def feel(page: Page, case: dict[str, Any], number: int) -> None:
    page.goto(f"/desk/incidents/{number}/feelings/")
    felt = case["feelings"]
    for body, words, needs, visibility in (
        (felt["later"][0], felt["words"], felt["needs"], "public"),
        (SECRET, [], [], "private"),
        (TEAM_ONLY, [], [], "team"),
    ):
        new = page.locator("form.new-feeling")
        hands.fill(new, "body", body)
        new.locator("button[type=submit]").click()
        form = page.locator("form.feeling-form", has=page.locator("textarea", has_text=body)).last
        expect(form).to_be_visible()
        hands.fill(form, "words", ", ".join(words))
        hands.fill(form, "needs", ", ".join(needs))
        hands.fill(form, "visibility", visibility)
        form.locator("[name=words]").focus()
        form.locator("[name=needs]").focus()
        if visibility != "private":
            hands.saved(form)


def improve(page: Page, case: dict[str, Any], number: int) -> None:
    page.goto(f"/desk/incidents/{number}/improvements/")
    for point in case["improvement_points"]:
        hands.add_line(page, page.locator("#add-point"), "heading", point["heading"])
        card = page.locator("li.point").nth(point["number"] - 1)
        expect(card).to_be_visible()
        for side, column in (("before", 0), ("after", 1)):
            box = card.locator("form.add-line").nth(column)
            for strategy in point[side]:
                hands.add_line(page, box, "text", strategy["text"])
                for nested in strategy.get("under", []):
                    hands.add_line(page, box, "text", nested)
                    row = card.locator("li.strategy", has_text=nested).last
                    field = row.locator("[name=text]").first
                    expect(field).to_have_value(nested)
                    field.focus()
                    page.keyboard.press("Alt+ArrowRight")
                    under = card.locator("li.strategy li.strategy [name=text]")
                    expect(under.last).to_have_value(nested)
