"""Finished pages, kept in each worker for as long as nothing was published or withdrawn.

One row, ``Blog.version``, counts every change that a stranger could see. A page drawn at one count
is served until the count moves; every worker asks at every request, so withdrawn means gone at
the next one. The memory this may take has a limit (``PAGE_STORE_BYTES``).
"""

import gzip
import hashlib
from collections import OrderedDict
from collections.abc import Callable
from functools import wraps
from threading import Lock
from typing import Any, NamedTuple

from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_safe

from retro.postmortems.models import Blog

PUBLIC_POLICY = "; ".join(
    (
        "default-src 'none'",
        "style-src 'self'",
        "img-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    )
)
"""Stricter than the desk's: a public page runs no script at all."""


PRIVATE = ("/desk/", "/accounts/", "/static/")

QUERY = ("before", "after")
"""What of a query public pages listen to: ``?utm_source=…`` is the page without it."""


class Kept(NamedTuple):
    body: bytes
    packed: bytes
    content_type: str
    digest: str
    language: str

    @property
    def size(self) -> int:
        return len(self.body) + len(self.packed)


class Store:
    """An LRU of pages, bounded in bytes, emptied when the blog's version moves."""

    def __init__(self) -> None:
        self.version: tuple[str, int] | None = None
        self.pages: OrderedDict[tuple, Kept] = OrderedDict()
        self.size = 0
        self.lock = Lock()

    def peek(self, key: tuple) -> Kept | None:
        """Return what may be a page of another count; ``get`` says whether it still holds."""
        return self.pages.get(key)

    def get(self, version: tuple[str, int], key: tuple) -> Kept | None:
        with self.lock:
            if version != self.version:
                self.pages.clear()
                self.version, self.size = version, 0
            if key in self.pages:
                self.pages.move_to_end(key)
            return self.pages.get(key)

    def put(self, version: tuple[str, int], key: tuple, kept: Kept) -> None:
        with self.lock:
            if version != self.version or key in self.pages:
                return
            self.pages[key] = kept
            self.size += kept.size
            while self.size > settings.PAGE_STORE_BYTES:
                _key, old = self.pages.popitem(last=False)
                self.size -= old.size


_store = Store()


def version() -> tuple[str, int]:
    """Return what the store's pages depend on: which database, and its count of changes."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT version FROM postmortems_blog WHERE id = 1")
        row = cursor.fetchone()
    return str(connection.settings_dict["NAME"]), row[0] if row else 0


def blog_and_version() -> tuple[Blog, tuple[str, int]]:
    """Return the blog, and with it the count at which it was read, in one query."""
    blog = Blog.objects.filter(pk=1).first()
    count = blog.version if blog else 0
    return blog or Blog.get(), (str(connection.settings_dict["NAME"]), count)


def _key(request: HttpRequest) -> tuple[str, ...]:
    """Return all that a public page may differ by: never who is asking."""
    query = (
        [request.GET.get(name, "") for name in QUERY] if request.META.get("QUERY_STRING") else []
    )
    language = translation.get_language_from_request(request)
    return request.scheme or "", request.get_host(), request.path, language, *query


def _answer(request: HttpRequest, kept: Kept) -> HttpResponse:
    packed = "gzip" in request.headers.get("Accept-Encoding", "")
    fresh = HttpResponse(kept.packed if packed else kept.body, content_type=kept.content_type)
    # The same page packed and plain are two representations: a strong tag may not name both.
    etag = f'"{kept.digest}{"-gz" if packed else ""}"'
    if packed:
        fresh["Content-Encoding"] = "gzip"
    fresh["ETag"] = etag
    fresh["Vary"] = "Accept-Encoding, Accept-Language"
    fresh["Content-Language"] = kept.language
    fresh["Content-Length"] = str(len(fresh.content))
    if request.method == "HEAD":
        # The server would drop the body, and complain of it in its log each time.
        fresh.content = b""
    fresh["Cache-Control"] = "public, max-age=0, must-revalidate"
    fresh["Content-Security-Policy"] = PUBLIC_POLICY
    fresh["X-Frame-Options"] = "DENY"
    return get_conditional_response(request, etag=etag, response=fresh) or fresh


class StoreMiddleware:
    """Answer from the store before session, language and the rest have had their turn."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method in ("GET", "HEAD") and not request.path_info.startswith(PRIVATE):
            key = _key(request)
            # The count is asked only where there is something to serve.
            if _store.peek(key) and (kept := _store.get(version(), key)):
                return _answer(request, kept)
        return self.get_response(request)


def stored(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Have ``view(request, blog, …)`` draw a public page and keep it. GET and HEAD only."""

    @require_safe
    @wraps(view)
    def serve(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        # Before drawing: a page drawn while somebody publishes counts as the older one.
        blog, now = blog_and_version()
        key = _key(request)
        kept = _store.get(now, key)
        if kept is None:
            response = view(request, blog, *args, **kwargs)
            if response.status_code != 200:
                response["Content-Security-Policy"] = PUBLIC_POLICY
                return response
            kept = Kept(
                response.content,
                gzip.compress(response.content, 6, mtime=0),
                response["Content-Type"],
                hashlib.sha256(response.content).hexdigest()[:32],
                response.get("Content-Language", translation.get_language() or "en"),
            )
            _store.put(now, key, kept)
        return _answer(request, kept)

    return serve
