"""What every test stands on. The database is DATABASE_URL's; without one, SQLite."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.core.cache import cache
from django.db import connection
from django.utils import timezone, translation
from pytest_django import Settings

CASES = Path(__file__).resolve().parent.parent.parent / "shared" / "cases"
NO_SKIPS = os.environ.get("RETRO_NO_SKIPS") == "1"


def pytest_configure() -> None:
    django_settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    # The manifest exists only after collectstatic; look into the source folders instead.
    django_settings.STORAGES["staticfiles"]["BACKEND"] = (
        "django.contrib.staticfiles.storage.StaticFilesStorage"
    )
    django_settings.WHITENOISE_AUTOREFRESH = True
    # The cache table is no model: what a transactional test leaves in it would stay for the next.
    django_settings.CACHES = {
        "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
    }


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


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    return _strict((yield))


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector: pytest.Collector) -> Iterator[None]:
    return _strict((yield))


def _strict(report):
    """Under RETRO_NO_SKIPS=1 turn a skip into a failure, so that nothing is left out unseen."""
    if NO_SKIPS and report.skipped and not hasattr(report, "wasxfail"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        report.outcome = "failed"
        report.longrepr = f"{reason} (and RETRO_NO_SKIPS=1 allows no skip)"
    return report
