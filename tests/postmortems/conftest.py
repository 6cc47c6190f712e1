import pytest

from retro.blog import pages


@pytest.fixture(autouse=True)
def empty_store(monkeypatch: pytest.MonkeyPatch) -> None:
    """Begin with no kept pages: a rolled back test would leave its own under the same version."""
    monkeypatch.setattr(pages, "_store", pages.Store())
