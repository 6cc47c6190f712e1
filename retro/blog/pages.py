"""Finished pages, kept in each worker for as long as nothing was published or withdrawn.

One row, ``Blog.version``, counts every change that a stranger could see. A page drawn at one count
is served until the count moves; every worker asks at every request, so withdrawn means gone at
the next one. The memory this may take has a limit (``PAGE_STORE_BYTES``).
"""

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


class Kept(NamedTuple):
    body: bytes
    content_type: str
    etag: str
    language: str


class Store:
    """An LRU of pages, bounded in bytes, emptied when the blog's version moves."""

    def __init__(self) -> None:
        self.version: tuple[str, int] | None = None
        self.pages: OrderedDict[tuple, Kept] = OrderedDict()
        self.size = 0
        self.lock = Lock()

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
            self.size += len(kept.body)
            while self.size > settings.PAGE_STORE_BYTES:
                _key, old = self.pages.popitem(last=False)
                self.size -= len(old.body)


_store = Store()


def version() -> tuple[str, int]:
    """Return what the store's pages depend on: which database, and its count of changes."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT version FROM postmortems_blog WHERE id = 1")
        row = cursor.fetchone()
    return str(connection.settings_dict["NAME"]), row[0] if row else 0


def stored(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Serve a public page from the store; draw it when it is not there. GET and HEAD only."""

    @require_safe
    @wraps(view)
    def serve(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        now = version()
        key = (
            request.scheme,
            request.get_host(),
            request.get_full_path(),
            translation.get_language(),
        )
        kept = _store.get(now, key)
        if kept is None:
            response = view(request, *args, **kwargs)
            if response.status_code != 200:
                response["Content-Security-Policy"] = PUBLIC_POLICY
                return response
            digest = hashlib.sha256(response.content).hexdigest()[:32]
            kept = Kept(
                response.content,
                response["Content-Type"],
                f'"{digest}"',
                response.get("Content-Language", translation.get_language() or "en"),
            )
            _store.put(now, key, kept)
        fresh = HttpResponse(kept.body, content_type=kept.content_type)
        fresh["ETag"] = kept.etag
        fresh["Content-Language"] = kept.language
        fresh["Cache-Control"] = "public, max-age=0, must-revalidate"
        fresh["Content-Security-Policy"] = PUBLIC_POLICY
        return get_conditional_response(request, etag=kept.etag, response=fresh) or fresh

    return serve
