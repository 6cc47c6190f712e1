"""Nested strategies stay a tree, whatever is done to them."""

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retro.reflections.tree import MAX_DEPTH, Misplaced, Tree


@dataclass
class Row:
    pk: int
    parent_id: int | None = None
    position: int = 0


def sound(rows: list[Row]) -> None:
    """Fail unless these rows are one tree in reading order, numbered without a gap."""
    by_key = {row.pk: row for row in rows}
    assert sorted(row.position for row in rows) == list(range(1, len(rows) + 1))
    for row in rows:
        seen, at = [], row
        while at.parent_id is not None:
            assert at.pk not in seen, "a circle"
            seen.append(at.pk)
            parent = by_key[at.parent_id]
            assert parent.position < at.position, "a row stands before its parent"
            at = parent
        assert len(seen) < MAX_DEPTH
    tree = Tree(rows)
    assert [row.pk for row in tree.rows] == [
        row.pk for top in tree.under(None) for row in (top, *tree.beneath(top.pk))
    ]


keys = st.integers(1, 9)
steps = st.tuples(st.just("step"), keys, st.sampled_from(["up", "down", "in", "out"]))
drops = st.tuples(st.just("move"), keys, st.none() | keys, st.none() | keys)
lifts = st.tuples(st.just("lift"), keys)


@given(st.lists(st.one_of(steps, drops, lifts), max_size=40))
def test_any_moves_keep_a_tree(moves: list[tuple]) -> None:
    rows = [Row(pk, None, pk) for pk in range(1, 10)]
    for kind, pk, *rest in moves:
        # A tree of its own each time, as each request reads the rows anew.
        tree = Tree(rows)
        row = next(row for row in tree.rows if row.pk == pk)
        before = [(r.pk, r.parent_id, r.position) for r in rows]
        try:
            if kind == "step":
                tree.step(row, rest[0])
            elif kind == "move":
                tree.move(row, parent=rest[0], after=rest[1])
            else:
                tree.lift_children(row)
                assert not tree.under(pk)
        except Misplaced:
            assert [(r.pk, r.parent_id, r.position) for r in rows] == before
        assert {row.pk for row in rows} == set(range(1, 10))
        sound(rows)


def shape(tree: Tree[Row], parent: int | None = None) -> list:
    return [[row.pk, shape(tree, row.pk)] for row in tree.under(parent)]


def test_in_and_out() -> None:
    rows = [Row(pk, None, pk) for pk in (1, 2, 3)]
    tree = Tree(rows)
    tree.step(rows[1], "in")
    tree.step(rows[2], "in")
    assert shape(tree) == [[1, [[2, []], [3, []]]]]
    tree.step(rows[2], "in")
    assert shape(tree) == [[1, [[2, [[3, []]]]]]]
    tree.step(rows[1], "out")
    assert shape(tree) == [[1, []], [2, [[3, []]]]]


def test_steps_that_lead_nowhere_change_nothing() -> None:
    rows = [Row(1, None, 1), Row(2, None, 2)]
    tree = Tree(rows)
    for row, direction in ((rows[0], "up"), (rows[0], "in"), (rows[0], "out"), (rows[1], "down")):
        tree.step(row, direction)
        assert shape(tree) == [[1, []], [2, []]]


def test_never_under_itself_and_never_too_deep() -> None:
    rows = [Row(1, None, 1), Row(2, 1, 2), Row(3, 2, 3), Row(4, 3, 4), Row(5, None, 5)]
    tree = Tree(rows)
    for row, parent in ((rows[0], 1), (rows[0], 3), (rows[4], 4)):
        with pytest.raises(Misplaced):
            tree.move(row, parent=parent, after=None)
    assert shape(tree) == [[1, [[2, [[3, [[4, []]]]]]]], [5, []]]


def test_a_row_whose_parent_is_gone_stands_at_the_top() -> None:
    assert shape(Tree([Row(2, 99, 1)])) == [[2, []]]
