"""Imports point one way: a room knows only the rooms above it."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent / "retro"
ROOMS = [
    "lib",
    "teams",
    "incidents",
    "reflections",
    "actions",
    "postmortems",
    "blog",
    "insights",
    "portability",
    "integrations",
    "api",
]
# The blog sees what is published and nothing else.
ONLY = {"blog": {"postmortems", "lib", "blog"}, "lib": {"lib"}}


def imported(source: str) -> Iterator[tuple[int, str]]:
    """Yield (line, dotted module) for every import, those inside functions too."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            for name in node.names:
                yield node.lineno, name.name
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.lineno, node.module
            for name in node.names:
                yield node.lineno, f"{node.module}.{name.name}"
        elif isinstance(node, ast.ImportFrom):
            yield node.lineno, "relative import"


def faults(room: str, source: str) -> list[str]:
    allowed = ONLY.get(room, set(ROOMS[: ROOMS.index(room) + 1]))
    found = []
    for line, module in imported(source):
        if module == "relative import":
            found.append(f"{line}: write the import in full")
        parts = module.split(".")
        if parts[0] == "retro" and len(parts) > 1 and parts[1] in ROOMS and parts[1] not in allowed:
            found.append(f"{line}: {room} imports {parts[1]}")
    return found


@pytest.mark.parametrize("room", ROOMS)
def test_imports_point_one_way(room: str) -> None:
    wrong = [
        f"{path.relative_to(ROOT)}:{fault}"
        for path in sorted((ROOT / room).rglob("*.py"))
        if "migrations" not in path.parts
        for fault in faults(room, path.read_text())
    ]
    assert wrong == []


def test_the_check_finds_what_runs_backwards() -> None:
    assert faults("blog", "def f():\n    from retro.incidents.models import Incident")
    assert faults("lib", "import retro.teams.models")
    assert faults("teams", "from retro import actions")
    assert not faults("blog", "from retro.postmortems.models import Postmortem")


def test_every_room_is_in_the_list() -> None:
    rooms = {path.name for path in ROOT.iterdir() if (path / "__init__.py").exists()}
    assert rooms <= set(ROOMS)
