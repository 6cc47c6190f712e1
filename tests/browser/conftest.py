"""Pages in Chromium. A test fails when its page logged an error, broke the CSP or threw."""

import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, WebError, sync_playwright

from tests.browser import CHROMIUM, CHROMIUM_PACKAGE

HERE = Path(__file__).parent
ARGUMENTS = [
    "--no-sandbox",  # root, as in a container, has no other way
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # Whatever a page asks for, nothing leaves this machine.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker("browser")


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip(f"install Debian's package {CHROMIUM_PACKAGE}")
    # Playwright keeps an event loop in this thread, where Django then refuses to use its database.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def errors() -> list[str]:
    """What this test's pages logged as an error, broke of the CSP, or threw."""
    return []


@pytest.fixture
def expected_errors() -> list[str]:
    """A test appends a pattern for each error it provokes, as ``"status of 422"``."""
    return []


@pytest.fixture
def new_page(
    chromium: Browser, live_server: Any, errors: list[str], expected_errors: list[str]
) -> Iterator[Callable[..., Page]]:
    """Return a function that opens a page with its own cookies, as of another person.

    Addresses may be relative: ``new_page(width=390, dark=True, locale="ko").goto("/")``. Other
    options are those of Playwright's ``new_context``, as ``java_script_enabled=False``.
    """
    contexts = []

    def logged(message: ConsoleMessage) -> None:
        if message.type == "error":
            errors.append(f"{message.text} ({message.location['url']})")

    def thrown(error: WebError) -> None:
        errors.append(error.error.stack or error.error.message)

    def make(
        width: int = 1280,
        height: int = 900,
        *,
        dark: bool = False,
        locale: str = "en",
        **options: Any,
    ) -> Page:
        context = chromium.new_context(
            base_url=live_server.url,
            viewport={"width": width, "height": height},
            color_scheme="dark" if dark else "light",
            locale=locale,
            reduced_motion="reduce",
            **options,
        )
        contexts.append(context)
        context.on("console", logged)
        context.on("weberror", thrown)
        context.set_default_timeout(10_000)
        return context.new_page()

    yield make
    for context in contexts:
        context.close()
    unexpected = [
        error for error in errors if not any(re.search(each, error) for each in expected_errors)
    ]
    assert unexpected == []


@pytest.fixture
def page(new_page: Callable[..., Page]) -> Page:
    return new_page()
