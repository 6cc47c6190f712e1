"""The first start on an empty folder, as its own process: what ``make run`` does before it serves.

The other tests stand in one process and one database; this one must not touch either.
"""

import os
import sqlite3
import stat
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
OURS = ("teams_", "incidents_", "reflections_", "actions_", "postmortems_")


def start(var: Path, **environment: str) -> str:
    """Run the start with a folder of its own; return what it printed."""
    kept = {
        key: value
        for key, value in os.environ.items()
        if not key.startswith("RETRO_") and key not in ("DATABASE_URL", "EMAIL_URL", "PORT")
    }
    done = subprocess.run(
        [sys.executable, "manage.py", "start", "--no-serve"],
        cwd=ROOT,
        env={**kept, "RETRO_VAR": str(var), **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def data(var: Path) -> dict[str, list[tuple[object, ...]]]:
    """Return every row of the application's own tables."""
    connection = sqlite3.connect(var / "retro.sqlite3")
    tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
    rows = {
        name: connection.execute(f'SELECT * FROM "{name}" ORDER BY 1').fetchall()
        for (name,) in tables.fetchall()
        if name.startswith(OURS)
    }
    connection.close()
    return rows


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """Start once on an empty folder, for the tests that look at what came of it."""
    var = tmp_path_factory.mktemp("first") / "var"
    return var, start(var)


def test_the_first_start_makes_a_key_that_only_its_owner_reads(first: tuple[Path, str]) -> None:
    var, _ = first
    key = var / "secret_key"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert len(key.read_text()) >= 50
    assert stat.S_IMODE(var.stat().st_mode) == 0o700
    assert stat.S_IMODE((var / "retro.sqlite3").stat().st_mode) & 0o077 == 0
    assert [path.name for path in var.glob("secret_key*")] == ["secret_key"]


def test_the_first_start_says_where_it_is_and_how_to_come_in(first: tuple[Path, str]) -> None:
    _, said = first
    assert "http://127.0.0.1:8000/" in said
    assert "http://127.0.0.1:8000/desk/" in said
    assert "sample@retro.example" in said
    assert "look around first" in said


def test_the_first_start_loads_a_sample_in_each_language(first: tuple[Path, str]) -> None:
    rows = data(first[0])
    can_sign_in = [row for row in rows["teams_user"] if any("pbkdf2" in str(x) for x in row)]
    assert len(can_sign_in) == 1, "the others in the sample only lend their names"
    assert len(rows["incidents_incident"]) == 2
    assert len(rows["postmortems_postmortem"]) == 2
    assert rows["incidents_timelineentry"]
    assert (first[0] / "static").is_dir()


def test_a_second_start_changes_no_data(first: tuple[Path, str]) -> None:
    var, said = first
    before, key = data(var), (var / "secret_key").read_text()
    assert start(var) == said
    assert data(var) == before
    assert (var / "secret_key").read_text() == key


def test_without_the_sample_the_first_visitor_is_asked_for(tmp_path: Path) -> None:
    said = start(tmp_path / "var", RETRO_SAMPLE="0", PORT="8123", RETRO_LISTEN="0.0.0.0")
    assert "http://0.0.0.0:8123/" in said
    assert "Open it to make the owner and the team." in said
    assert "Sample sign-in" not in said
    rows = data(tmp_path / "var")
    assert "teams_user" in rows
    assert [name for name in rows if rows[name]] == ["postmortems_blog"], "made by its migration"
