"""Every page, light and dark, 390 and 1280 px wide: axe finds nothing, nothing sticks out."""

from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from playwright.sync_api import Page

from retro.incidents.models import Incident
from retro.portability.load import load_samples
from retro.postmortems.models import Postmortem
from retro.teams import sample
from retro.teams.models import Invitation, User
from tests import make
from tests.browser import hands

pytestmark = pytest.mark.django_db(transaction=True)

WIDTHS = [1280, 390]
AXE = Axe()
# What the design asks: WCAG 2.2 AA, and what axe calls good practice.
OPTIONS = {"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"]}


@pytest.fixture
def owner(db: None) -> User:
    return load_samples(sample.EMAIL, sample.PASSWORD)


def public_pages() -> list[str]:
    post = Postmortem.objects.published()[0]
    assert post.live_revision
    term = post.live_revision.terms.all()[0]
    return ["/", post.get_absolute_url(), term.get_absolute_url(), "/archive/", "/nothing-here/"]


def door_pages() -> list[str]:
    team = make.Team.objects.get()
    _row, secret = Invitation.issue(
        team=team, email="new@example.com", role="editor", by=team.members.all()[0]
    )
    done = [
        "account_reset_password_done",
        "account_reset_password_from_key_done",
        "account_inactive",
    ]
    return [
        reverse("account_login"),
        reverse("account_signup"),
        reverse("account_reset_password"),
        *(reverse(name) for name in done),
        reverse("account_reset_password_from_key", args=["1", "old-link"]),
        reverse("teams:invitation", args=[secret]),
    ]


def desk_pages() -> list[str]:
    incident = Incident.objects.order_by("number")[0]
    entry = incident.timeline.filter(kind="attempt")[0]
    action = incident.actions.all()[0]
    empty = make.incident(incident.team, make.User.objects.filter(is_sample=True)[0], "Just begun")
    steps = ["story", "feelings", "improvements", "actions", "publish", "details", "activity"]
    pages = [f"/desk/incidents/{row.number}/{step}/" for row in (incident, empty) for step in steps]
    pages += [reverse("incidents:entry", args=[incident.number, entry.pk])]
    pages += [
        reverse("actions:action", args=[action.pk]),
        reverse("postmortems:preview", args=[incident.number]),
    ]
    pages += [
        "/desk/",
        "/desk/incidents/new/",
        "/desk/actions/",
        "/desk/team/",
        "/desk/me/",
        "/desk/blog/",
    ]
    return [*pages, reverse("account_change_password"), reverse("account_logout")]


def faults(page: Page, path: str) -> list[str]:
    """Return what axe finds on a page, and whether it is wider than its window."""
    page.goto(path)
    page.evaluate("document.querySelectorAll('details').forEach(row => row.open = true)")
    found = [
        f"{path}: {row['id']} {node['target']} {node['failureSummary'][:200]}"
        for row in AXE.run(page, options=OPTIONS).response["violations"]
        for node in row["nodes"]
    ]
    wide = page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    return found + ([f"{path}: {wide} px too wide"] if wide > 0 else [])


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
def test_axe_finds_nothing_on_any_page(
    new_page: Callable[..., Page], owner: User, expected_errors: list[str], width: int, dark: bool
) -> None:
    expected_errors.append("status of 404")
    stranger, member = new_page(width, dark=dark), new_page(width, dark=dark)
    hands.be(member, owner)
    found = [fault for path in public_pages() + door_pages() for fault in faults(stranger, path)]
    found += [fault for path in desk_pages() for fault in faults(member, path)]
    assert found == []


@pytest.mark.parametrize("width", WIDTHS)
def test_korean_pages_hold_their_width_and_have_no_english_left(
    new_page: Callable[..., Page], owner: User, expected_errors: list[str], width: int
) -> None:
    expected_errors.append("status of 404")
    User.objects.filter(pk=owner.pk).update(language="ko")
    stranger, member = new_page(width, locale="ko"), new_page(width, locale="ko")
    hands.be(member, owner)
    wide: list[Any] = []
    for page, paths in ((stranger, public_pages() + door_pages()), (member, desk_pages())):
        for path in paths:
            page.goto(path)
            over = page.evaluate("document.documentElement.scrollWidth - innerWidth")
            if over > 0:
                wide.append((path, over))
            # A preview speaks the post's language, as the public page does.
            if not path.endswith("/preview/"):
                assert page.locator("html").get_attribute("lang") == "ko", path
    assert wide == []


def test_the_check_hears_what_is_wrong(page: Page, owner: User, expected_errors: list[str]) -> None:
    expected_errors.append("status of 404")
    page.goto("/")
    page.evaluate(
        "document.querySelector('main').innerHTML += '<img src=/icon.svg width=3000><button></button>'"
    )
    found = AXE.run(page, options=OPTIONS).response["violations"]
    assert {"image-alt", "button-name"} <= {row["id"] for row in found}
