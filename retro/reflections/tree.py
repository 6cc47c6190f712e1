"""Nested strategies as a tree in memory. Pure: it changes the rows it is given and saves nothing."""

from collections.abc import Iterable
from typing import Any, Generic, Literal, Protocol, TypeVar

MAX_DEPTH = 4
"""Levels of nesting. More would leave a line of text no room on a phone."""

Direction = Literal["up", "down", "in", "out"]


class Node(Protocol):
    """A row with its ``parent_id`` and its ``position``. Any: Django's fields are descriptors."""

    pk: Any
    parent_id: Any
    position: Any


N = TypeVar("N", bound=Node)


class Misplaced(Exception):
    """A strategy cannot go there: under itself, or too deep."""


class Tree(Generic[N]):
    """Rows of one list, each under its parent, in reading order.

    After :meth:`move` the rows carry their new ``parent_id`` and ``position``: 1, 2, 3 … from the
    top of the page to its bottom, whatever the depth.
    """

    def __init__(self, rows: Iterable[N]) -> None:
        self.rows = sorted(rows, key=lambda row: (row.position, row.pk))
        known = {row.pk for row in self.rows}
        self.parents = {
            row.pk: row.parent_id if row.parent_id in known else None for row in self.rows
        }
        self.children: dict[int | None, list[N]] = {None: []}
        for row in self.rows:
            self.children.setdefault(self.parents[row.pk], []).append(row)

    def under(self, parent: int | None) -> list[N]:
        return self.children.setdefault(parent, [])

    def depth(self, pk: int | None) -> int:
        """Return the level of a row: 1 at the top; 0 for the list itself."""
        level = 0
        while pk is not None:
            pk, level = self.parents[pk], level + 1
        return level

    def height(self, pk: int) -> int:
        """Return how many levels a row and those under it take."""
        return 1 + max((self.height(child.pk) for child in self.under(pk)), default=0)

    def beneath(self, pk: int) -> list[N]:
        """Return the rows under this one, at every level, in reading order."""
        return [row for child in self.under(pk) for row in (child, *self.beneath(child.pk))]

    def move(self, row: N, *, parent: int | None, after: int | None) -> None:
        """Put ``row``, with those under it, below ``parent`` and right behind ``after``.

        ``after`` is None for the first place; one that is not under ``parent`` counts as that.
        Raises Misplaced, with nothing changed.
        """
        if parent is not None and (
            parent == row.pk or parent in {r.pk for r in self.beneath(row.pk)}
        ):
            raise Misplaced
        if self.depth(parent) + self.height(row.pk) > MAX_DEPTH:
            raise Misplaced
        self.under(self.parents[row.pk]).remove(row)
        self.parents[row.pk] = parent
        siblings = self.under(parent)
        order = [sibling.pk for sibling in siblings]
        siblings.insert(order.index(after) + 1 if after in order else 0, row)
        self.number()

    def step(self, row: N, direction: Direction) -> None:
        """Move one step; where there is no step that way, stay."""
        parent = self.parents[row.pk]
        siblings = self.under(parent)
        at = siblings.index(row)
        if direction == "up" and at > 0:
            self.move(row, parent=parent, after=siblings[at - 2].pk if at > 1 else None)
        elif direction == "down" and at + 1 < len(siblings):
            self.move(row, parent=parent, after=siblings[at + 1].pk)
        elif direction == "in" and at > 0:
            above = siblings[at - 1].pk
            last = self.under(above)[-1:]
            self.move(row, parent=above, after=last[0].pk if last else None)
        elif direction == "out" and parent is not None:
            self.move(row, parent=self.parents[parent], after=parent)

    def lift_children(self, row: N) -> None:
        """Put the rows under ``row`` in its level, right behind it, in their order."""
        for child in reversed(list(self.under(row.pk))):
            self.move(child, parent=self.parents[row.pk], after=row.pk)

    def number(self) -> None:
        self.rows = self._reading(None)
        for position, row in enumerate(self.rows, start=1):
            row.position, row.parent_id = position, self.parents[row.pk]

    def _reading(self, parent: int | None) -> list[N]:
        return [row for child in self.under(parent) for row in (child, *self._reading(child.pk))]
