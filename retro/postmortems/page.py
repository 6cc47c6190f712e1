"""What the public page of a post needs, for a live revision and for a preview alike."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from retro.postmortems.document import Document
from retro.postmortems.models import Blog, Postmortem


def _page(document: Document, html: str, minutes: int, published_at: datetime) -> dict[str, Any]:
    pictures = [picture for row in document["moments"] for picture in row["pictures"]]
    return {
        "document": document,
        "html": html,
        "minutes": minutes,
        "published_at": published_at,
        "picture": pictures[0] if pictures else None,
        "language": document["language"],
    }


def live(postmortem: Postmortem, blog: Blog, site: str) -> dict[str, Any]:
    """Return the context of ``blog/post.html`` for a live revision. ``site``: scheme and host."""
    revision = postmortem.live_revision
    assert revision and postmortem.first_published_at  # noqa: S101 - the caller asked published()
    return {
        **_page(
            revision.document,
            revision.html,
            revision.reading_minutes,
            postmortem.first_published_at,
        ),
        "postmortem": postmortem,
        "updated_at": postmortem.last_published_at,
        "blog": blog,
        "site": site,
        "canonical": site + postmortem.get_absolute_url(),
    }


def preview(
    request: HttpRequest, document: Document, html: str, minutes: int, *, back: str
) -> dict[str, Any]:
    """Return the same context for a draft, with the way back and a word that it is one."""
    now = timezone.now()
    return {
        **_page(document, html, minutes, now),
        "updated_at": now,
        "blog": Blog.get(),
        "site": f"{request.scheme}://{request.get_host()}",
        "canonical": "",
        "preview": True,
        "back": back,
    }
