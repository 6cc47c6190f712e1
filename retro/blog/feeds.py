"""The newest posts, whole, as Atom and as JSON Feed; and the sitemap."""

import re
from typing import Any

import nh3
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.utils.xmlutils import SimplerXMLGenerator

from retro.blog.pages import stored
from retro.blog.views import site
from retro.postmortems.models import Blog, Postmortem

NEWEST = 20
# One sitemap holds at most 50,000 addresses by its protocol.
MOST = 50_000

# What XML 1.0 cannot hold, however it is escaped: pasted from a terminal, say.
UNFIT = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# Words for screen readers beside a sign that they skip: a feed reader would show both.
UNSEEN = re.compile(r'<span class="visually-hidden">[^<]*</span>')


def fit(value: Any) -> Any:
    """Return texts, alone or in lists and dicts, without the signs that would break a feed."""
    if isinstance(value, str):
        return UNFIT.sub("", value)
    if isinstance(value, dict):
        return {key: fit(part) for key, part in value.items()}
    return [fit(part) for part in value] if isinstance(value, list | tuple) else value


class WholePosts(Atom1Feed):
    """Atom with each post's content in it, not only its summary."""

    def write(self, outfile: Any, encoding: str) -> None:
        self.feed, self.items = fit(self.feed), fit(self.items)
        super().write(outfile, encoding)

    def add_item_elements(self, handler: SimplerXMLGenerator, item: dict[str, Any]) -> None:
        super().add_item_elements(handler, item)
        handler.addQuickElement(
            "content", item["content"], {"type": "html", "xml:lang": item["language"]}
        )


def _newest() -> list[Postmortem]:
    return list(
        Postmortem.objects.published()
        .select_related("live_revision")
        .prefetch_related("live_revision__terms")
        .defer("live_revision__document", "summary")[:NEWEST]
    )


def _whole(html: str, base: str, link: str) -> str:
    """Return an article that reads well away from its page.

    Addresses are whole, and the drawn timeline is left out: without its style sheet it would be
    two black shapes, and the text tells the same.
    """

    def address(_tag: str, name: str, value: str) -> str:
        if name in ("href", "src") and value.startswith("/"):
            return base + value
        return link + value if name == "href" and value.startswith("#") else value

    return nh3.clean(
        UNSEEN.sub("", html),
        tags=nh3.ALLOWED_TAGS | {"section", "figure", "figcaption", "input", "time"},
        clean_content_tags={"script", "style", "svg"},
        attributes={
            "*": {"id", "lang"},
            "a": {"href"},
            "img": {"src", "alt", "width", "height"},
            "input": {"type", "checked", "disabled"},
            "ol": {"start"},
            "th": {"align"},
            "td": {"align"},
            "time": {"datetime"},
        },
        attribute_filter=address,
    )


@stored
def atom(request: HttpRequest, blog: Blog) -> HttpResponse:
    base = site(request)
    feed = WholePosts(
        title=blog.title,
        link=f"{base}/",
        description=blog.description,
        subtitle=blog.description or None,
        language=blog.language,
        feed_url=base + reverse("blog:feed_atom"),
        author_name=blog.title,
        feed_guid=f"{base}/",
    )
    for post in _newest():
        revision = post.live_revision
        assert revision  # noqa: S101 - published() has one
        link = base + post.get_absolute_url()
        feed.add_item(
            title=revision.title,
            link=link,
            description=revision.description,
            pubdate=post.first_published_at,
            updateddate=post.last_published_at,
            # The address may change; the identity of an entry must not.
            unique_id=f"{base}/postmortems/{post.pk}",
            categories=[term.name for term in revision.terms.all()],
            content=_whole(revision.html, base, link),
            language=revision.language,
        )
    return HttpResponse(
        feed.writeString("utf-8"), content_type="application/atom+xml; charset=utf-8"
    )


@stored
def json(request: HttpRequest, blog: Blog) -> HttpResponse:
    base = site(request)
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": blog.title,
        "description": blog.description,
        "home_page_url": f"{base}/",
        "feed_url": base + reverse("blog:feed_json"),
        "language": blog.language,
        "items": [_item(post, base) for post in _newest()],
    }
    options = {"ensure_ascii": False}
    return JsonResponse(feed, json_dumps_params=options, content_type="application/feed+json")


def _item(post: Postmortem, base: str) -> dict[str, Any]:
    revision = post.live_revision
    assert revision and post.first_published_at and post.last_published_at  # noqa: S101
    link = base + post.get_absolute_url()
    return {
        "id": f"{base}/postmortems/{post.pk}",
        "url": link,
        "title": revision.title,
        "summary": revision.description,
        "content_html": _whole(revision.html, base, link),
        "date_published": post.first_published_at.isoformat(),
        "date_modified": post.last_published_at.isoformat(),
        "language": revision.language,
        "tags": [term.name for term in revision.terms.all()],
    }


@stored
def sitemap(request: HttpRequest, blog: Blog) -> HttpResponse:
    posts = Postmortem.objects.published().for_list()[: MOST - 1]
    context = {"base": site(request), "posts": posts}
    xml = render_to_string("blog/sitemap.xml", context)
    return HttpResponse(xml, content_type="application/xml; charset=utf-8")
