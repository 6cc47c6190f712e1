"""Pages of posts by key: newest first, each page begins behind the last post of the one before."""

from datetime import UTC, datetime
from typing import Any, NamedTuple

from django.db.models import Q, QuerySet
from django.http import Http404

from retro.postmortems.models import Postmortem

PER_PAGE = 20


class Page(NamedTuple):
    posts: list[Postmortem]
    older: str  # the cursor of the next page, or empty


def cursor(post: Postmortem) -> str:
    assert post.first_published_at  # noqa: S101 - only published posts are listed
    return f"{post.first_published_at.timestamp():.6f}-{post.pk}"


def behind(posts: QuerySet[Postmortem], before: str) -> QuerySet[Postmortem]:
    """Return the posts older than a cursor. Raises Http404 for one that is none."""
    stamp, _dash, key = before.partition("-")
    try:
        at, pk = datetime.fromtimestamp(float(stamp), tz=UTC), int(key)
        if not 0 < pk < 2**63:
            raise ValueError
    except (ValueError, OverflowError, OSError):
        raise Http404 from None
    return posts.filter(Q(first_published_at__lt=at) | Q(first_published_at=at, pk__lt=pk))


def page(posts: QuerySet[Postmortem], before: str, size: int = PER_PAGE) -> Page:
    """Return one page of published posts with what a line of the list shows."""
    posts = posts.for_list().prefetch_related("live_revision__terms")  # type: ignore[attr-defined]
    if before:
        posts = behind(posts, before)
    rows = list(posts[: size + 1])
    return Page(rows[:size], cursor(rows[size - 1]) if len(rows) > size else "")


def neighbours(post: Postmortem) -> dict[str, Any]:
    """Return the posts published right before and right after this one."""
    at, pk = post.first_published_at, post.pk
    everything = Postmortem.objects.published().for_list()
    older = everything.filter(Q(first_published_at__lt=at) | Q(first_published_at=at, pk__lt=pk))
    newer = everything.filter(Q(first_published_at__gt=at) | Q(first_published_at=at, pk__gt=pk))
    return {"older": older.first(), "newer": newer.order_by("first_published_at", "pk").first()}
