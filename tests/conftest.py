"""What every test stands on. The database is DATABASE_URL's; without one, SQLite."""

import os
from collections.abc import Callable, Generator, Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import Any, TypeVar

import pytest
from django.conf import settings as django_settings
from django.core.cache import cache
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation
from pytest_django import Settings
from zeal import zeal_context
from zeal.constants import initialize_app_registry
from zeal.patch import patch

CASES = Path(__file__).resolve().parent.parent.parent / "shared" / "cases"
NO_SKIPS = os.environ.get("RETRO_NO_SKIPS") == "1"


def pytest_configure() -> None:
    django_settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    # The manifest exists only after collectstatic; look into the source folders instead.
    django_settings.STORAGES["staticfiles"]["BACKEND"] = (
        "django.contrib.staticfiles.storage.StaticFilesStorage"
    )
    django_settings.MIDDLEWARE.insert(0, "tests.conftest.count_queries")
    initialize_app_registry()
    patch()
    django_settings.WHITENOISE_AUTOREFRESH = True
    # The cache table is no model: what a transactional test leaves in it would stay for the next.
    django_settings.CACHES = {
        "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
    }


def count_queries(get_response: Callable[[HttpRequest], HttpResponse]) -> Any:
    """Fail a page that asks the same of each row in turn. A save may: it goes through few rows."""

    def middleware(request: HttpRequest) -> HttpResponse:
        with zeal_context() if request.method == "GET" else nullcontext():
            return get_response(request)

    return middleware


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """Put SQLite into a file: in memory, all threads of the live server share one connection."""
    if connection.vendor == "sqlite":
        path = tmp_path_factory.mktemp("database") / "test.sqlite3"
        connection.settings_dict["TEST"]["NAME"] = str(path)


@pytest.fixture(autouse=True)
def alone(settings: Settings, tmp_path: Path) -> Iterator[None]:
    """Keep one test's files, cache, language and time zone from the next."""
    settings.MEDIA_ROOT = tmp_path / "media"
    cache.clear()
    with translation.override(settings.LANGUAGE_CODE), timezone.override(None):
        yield


@pytest.fixture(scope="session")
def cases() -> Path:
    """Return the folder of real retrospectives that lies beside a checkout."""
    if not CASES.is_dir():
        pytest.skip("the folder ../shared/cases is not beside this checkout")
    return CASES


Report = TypeVar("Report", pytest.TestReport, pytest.CollectReport)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    return without_skips((yield))


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    return without_skips((yield))


def without_skips(report: Report) -> Report:
    """Under RETRO_NO_SKIPS=1 turn a skip into a failure, so that nothing is left out unseen."""
    if NO_SKIPS and report.skipped and not hasattr(report, "wasxfail"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        report.outcome = "failed"
        report.longrepr = f"{reason} (and RETRO_NO_SKIPS=1 allows no skip)"
    return report
