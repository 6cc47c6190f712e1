"""What a person does with the form: type, choose, wait until it says "saved"."""

from typing import Any

from django.test import Client
from playwright.sync_api import Locator, Page, expect

from retro.teams.models import User
from tests import make


def sign_in(page: Page, user: User) -> None:
    """Sign in by the form, with what the person knows."""
    page.goto("/accounts/login/")
    page.fill("input[name=login]", user.email)
    page.fill("input[name=password]", make.PASSWORD)
    page.click("main form button[type=submit]")
    page.wait_for_url("**/desk/**")


def be(page: Page, user: User) -> None:
    """Be signed in already, where signing in is not what the test is about."""
    client = Client()
    client.force_login(user, "allauth.account.auth_backends.AuthenticationBackend")
    page.context.add_cookies(
        [
            {
                "name": "sessionid",
                "value": client.cookies["sessionid"].value,
                "domain": "localhost",
                "path": "/",
            }
        ]
    )


def saved(form: Locator) -> None:
    """Wait until the form says that it is saved."""
    expect(form.locator("output.status")).to_have_class("status is-saved", timeout=10_000)


def type_line(page: Page, line: str) -> None:
    """Type a line into the box of the story, and wait for its entry."""
    rows = page.locator("li.entry")
    before = rows.count()
    box = page.locator(".line textarea[name=line]")
    box.fill(line)
    box.press("Enter")
    expect(rows).to_have_count(before + 1)


def edit_entry(page: Page, words: str, **fields: Any) -> None:
    """Open the entry that holds these words, fill its fields, wait for "saved", put it away."""
    page.locator("li.entry", has_text=words).last.locator(".edit-link").click()
    form = page.locator("form.entry-form")
    expect(form).to_be_visible()
    for name, value in fields.items():
        fill(form, name, value)
    form.locator("[name=heading]").focus()
    saved(form)
    page.locator("[data-done]").click()
    expect(form).to_have_count(0)


def fill(form: Locator, name: str, value: Any) -> None:
    field = form.locator(f"[name={name}]").first
    kind = field.get_attribute("type")
    if kind == "radio":
        form.locator(f"[name={name}][value={value}]").check()
    elif kind == "checkbox":
        field.set_checked(bool(value))
    elif field.evaluate("field => field.tagName") == "SELECT":
        field.select_option(value)
    else:
        field.fill(value)


def add_line(page: Page, form: Locator, name: str, text: str) -> None:
    """Type into a box that adds a row, press Enter, and wait until the text is in the page."""
    box = form.locator(f"[name={name}]")
    box.fill(text)
    box.press("Enter")
    expect(box).to_have_value("")
