"""A real retrospective, typed in through the form as a person would, published, and read.

What it says stands in ../shared/cases/blocked-ip.expected.json: none of its sentences is here.
"""

import json
import re
from collections.abc import Callable
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
    return make.member(
        team, "지혜", "owner", email="jihye@example.com", language="ko", time_zone="Asia/Seoul"
    )


def begin(page: Page, case: dict[str, Any]) -> Incident:
    page.goto("/desk/")
    page.get_by_role("link", name="새 회고").first.click()
    form = page.locator("main form")
    hands.fill(form, "title", "외부 서비스가 우리 주소를 차단했다")
    hands.fill(form, "day", "2022-10-27")
    hands.fill(form, "severity", "2")
    hands.fill(
        form, "services", ", ".join(case["affected"]).replace("(상품 정보, 썸네일, 구매 화면)", "")
    )
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


def promise(page: Page, case: dict[str, Any], number: int) -> None:
    page.goto(f"/desk/incidents/{number}/actions/")
    for action in case["action_items"]:
        page.locator(f"form.add-action [name=kind][value={action['kind']}]").check()
        hands.add_line(page, page.locator("form.add-action"), "text", action["text"])
        row = page.locator("li.action", has_text=action["text"]).last
        row.locator(".edit-link").click()
        form = page.locator("form.action-form")
        hands.fill(form, "trigger", TRIGGERS[action["trigger"]])
        hands.fill(form, "priority", "medium")
        for goal, text in zip(("minimum_goal", "full_goal"), action.get("under", []), strict=False):
            hands.fill(form, goal, text)
        form.locator("[name=expected_result]").focus()
        hands.saved(form)
        page.locator("[data-done]").click()
        expect(form).to_have_count(0)


def publish(page: Page, case: dict[str, Any], number: int) -> str:
    page.goto(f"/desk/incidents/{number}/publish/")
    front, summary = case["front_matter"], case["summary"]
    form = page.locator("form[id^=postmortem-]")
    lines = ["### 문제", *(f"- {row}" for row in summary["problem"]), "", "### 느낌", ""]
    for name, value in {
        "title": front["title"],
        "slug": "시스템에-불이",
        "description": front["description"],
        "categories": ", ".join(front["categories"]),
        "tags": ", ".join(front["tags"]),
        "keywords": ", ".join(front["keywords"]),
        "summary": "\n".join([*lines, *(f"- {row}" for row in summary["feelings"])]),
    }.items():
        hands.fill(form, name, value)
    form.locator("[name=title]").focus()
    hands.saved(form)
    page.get_by_role("link", name="공개 화면 미리 보기").click()
    expect(page.locator("h1")).to_have_text(front["title"])
    page.go_back()
    page.locator("form[action$='/publication/'] button").click()
    expect(page.locator(".public-url a")).to_be_visible()
    return str(page.locator(".public-url a").get_attribute("href"))


def texts_of(case: dict[str, Any]) -> list[str]:
    """Return every word of the reader's list that must be on the public page."""
    found = [row["what"] for row in case["timeline"]]
    found += [row[key] for row in case["timeline"] for key in ("expected", "actual") if key in row]
    found += [*case["feelings"]["words"], *case["feelings"]["needs"], *case["feelings"]["later"]]
    for point in case["improvement_points"]:
        found.append(point["heading"])
        for strategy in [*point["before"], *point["after"]]:
            found += [strategy["text"], *strategy.get("under", [])]
    for action in case["action_items"]:
        found += [action["text"], *action.get("under", [])]
    found += [*case["summary"]["problem"], *case["summary"]["feelings"]]
    return [*found, case["front_matter"]["title"], case["front_matter"]["description"]]


def test_a_real_retrospective_goes_all_the_way_through_the_house(
    new_page: Callable[..., Page], author: User, case: dict[str, Any]
) -> None:
    page = new_page(locale="ko")
    hands.sign_in(page, author)
    number = begin(page, case).number
    tell(page, case)
    feel(page, case, number)
    improve(page, case, number)
    promise(page, case, number)
    address = publish(page, case, number)

    stranger = new_page(locale="ko", java_script_enabled=False)
    stranger.goto(address)
    text = re.sub(r"\s+", " ", stranger.locator("main").inner_text())
    missing = [words for words in texts_of(case) if re.sub(r"\s+", " ", words) not in text]
    assert missing == []
    headings = stranger.locator("h2").all_inner_texts()
    assert headings == ["있었던 일", "느낌", "개선점", "약속한 일", "마무리 요약"]
    facts = stranger.locator(".facts").inner_text()
    assert "2시간" in facts and "5시간 50분" in facts
    nested = stranger.locator(".sides li li").all_inner_texts()
    under = [
        text
        for point in case["improvement_points"]
        for strategy in [*point["before"], *point["after"]]
        for text in strategy.get("under", [])
    ]
    assert sorted(nested) == sorted(under)
    times = [time.strip() for time in stranger.locator(".entry .when").all_inner_texts()]
    stamped = [row for row in case["timeline"] if "at" in row]
    assert len(times) == len(stamped)
    for row in stamped:
        assert any(
            row["at"] in time and ("≈" in time) == row.get("approximate", False) for time in times
        )
    outcomes = stranger.locator(".try .tag").count()
    assert outcomes == sum(row["kind"] == "attempt" for row in case["timeline"])
    assert stranger.context.cookies() == []

    for path in ("", "feed.atom", "feed.json", "sitemap.xml", "archive/"):
        answer = stranger.request.get(f"/{path}")
        assert answer.ok
        assert SECRET not in answer.text() and TEAM_ONLY not in answer.text()
    frozen = json.dumps(Revision.objects.get().document, ensure_ascii=False)
    assert SECRET not in frozen + Revision.objects.get().html
    assert TEAM_ONLY not in frozen + Revision.objects.get().html
