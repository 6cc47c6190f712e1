"""Pages of posts by key: newest first, each page begins behind the last post of the one before."""

from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from django.db.models import F, Q
from django.db.models.fields.json import KeyTextTransform
from django.http import Http404

from retro.postmortems.models import Postmortem, PostmortemQuerySet

PER_PAGE = 20
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Page(NamedTuple):
    posts: list[Postmortem]
    older: str  # the cursor of the page after this one, or empty
    newer: str  # and of the one before


class Key(NamedTuple):
    """A place in the order of all posts: when one was first published, and its number."""

    at: datetime
    pk: int

    @classmethod
    def of(cls, post: Postmortem) -> "Key":
        assert post.first_published_at  # noqa: S101 - only published posts are listed
        return cls(post.first_published_at, post.pk)

    @classmethod
    def read(cls, cursor: str) -> "Key":
        """Return the place that a cursor names. Raises Http404 for one that names none."""
        stamp, _dash, pk = cursor.partition("-")
        try:
            key = cls(EPOCH + timedelta(microseconds=int(stamp)), int(pk))
        except (ValueError, OverflowError):
            raise Http404 from None
        if not 0 < key.pk < 2**63:
            raise Http404
        return key

    def __str__(self) -> str:
        return f"{(self.at - EPOCH) // timedelta(microseconds=1)}-{self.pk}"


# Both say the range twice: the first half is what an index can be walked by, the second alone
# would be answered by reading every post on the way.
def older_than(posts: PostmortemQuerySet, key: Key) -> PostmortemQuerySet:
    behind = Q(first_published_at__lt=key.at) | Q(pk__lt=key.pk)
    return posts.filter(behind, first_published_at__lte=key.at)


def newer_than(posts: PostmortemQuerySet, key: Key) -> PostmortemQuerySet:
    ahead = Q(first_published_at__gt=key.at) | Q(pk__gt=key.pk)
    return posts.filter(ahead, first_published_at__gte=key.at).order_by("first_published_at", "pk")


def page(
    posts: PostmortemQuerySet, before: str = "", after: str = "", size: int = PER_PAGE
) -> Page:
    """Return one page of published posts with what a line of the list shows.

    ``before`` and ``after`` are cursors. Without one, or when there is less than a page before
    the cursor, it is the first page. Raises Http404 for a cursor that is none.
    """
    posts = posts.for_list().prefetch_related("live_revision__terms")
    posts = posts.annotate(
        severity=F("live_revision__document__severity"),
        time_zone=KeyTextTransform("time_zone", "live_revision__document"),
        lasted=F("live_revision__document__durations__resolve"),
    )
    if after:
        rows = list(newer_than(posts, Key.read(after))[: size + 1])
        if len(rows) > size:
            rows = rows[:size][::-1]
            return Page(rows, str(Key.of(rows[-1])), str(Key.of(rows[0])))
    elif before:
        posts = older_than(posts, Key.read(before))
    rows = list(posts[: size + 1])
    older = str(Key.of(rows[size - 1])) if len(rows) > size else ""
    return Page(rows[:size], older, str(Key.of(rows[0])) if before and rows else "")


def neighbours(post: Postmortem) -> dict[str, Postmortem | None]:
    """Return the posts published right before and right after this one, in one query."""
    key, everything = Key.of(post), Postmortem.objects.published()
    around = Q(pk=older_than(everything, key).values("pk")[:1])
    around |= Q(pk=newer_than(everything, key).values("pk")[:1])
    found: dict[str, Postmortem | None] = {"older": None, "newer": None}
    for other in everything.for_list().filter(around):
        found["newer" if Key.of(other) > key else "older"] = other
    return found
