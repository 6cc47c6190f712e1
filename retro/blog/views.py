"""Everything a stranger can read. Only live revisions; nothing here knows who is asking."""

from django.conf import settings
from django.db import connection
from django.db.models import Count
from django.db.models.functions import ExtractYear
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.cache import get_conditional_response
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from retro.blog import lists
from retro.blog.pages import stored
from retro.postmortems import page, slugs
from retro.postmortems.models import (
    Address,
    Blog,
    Postmortem,
    PostmortemQuerySet,
    PublishedFile,
    Term,
)

PER_YEAR = 200


def site(request: HttpRequest) -> str:
    """Return the scheme and host that public addresses begin with."""
    return settings.BASE_URL or f"{request.scheme}://{request.get_host()}"


def _steps(found: lists.Page) -> dict[str, str]:
    """Return where the pages before and after this one are."""
    return {
        "older_url": f"?{urlencode({'before': found.older})}" if found.older else "",
        "newer_url": f"?{urlencode({'after': found.newer})}" if found.newer else "",
    }


def _list(
    request: HttpRequest,
    blog: Blog,
    posts: PostmortemQuerySet,
    here: str,
    heading: str = "",
    eyebrow: str = "",
) -> HttpResponse:
    found = lists.page(posts, request.GET.get("before", ""), request.GET.get("after", ""))
    context = {
        "blog": blog,
        "posts": found.posts,
        "heading": heading,
        "eyebrow": eyebrow,
        "canonical": "" if found.newer else site(request) + here,
        **_steps(found),
    }
    return render(request, "blog/index.html", context)


@stored
def index(request: HttpRequest, blog: Blog) -> HttpResponse:
    return _list(request, blog, Postmortem.objects.published(), reverse("blog:index"))


def _one_form(slug: str) -> str:
    """Return a slug out of an address in the form that it is stored in."""
    if "\0" in slug:
        # PostgreSQL takes no text with this sign, not even to look for it.
        raise Http404
    return slugs.normal(slug)


@stored
def post(request: HttpRequest, blog: Blog, slug: str) -> HttpResponse:
    slug = _one_form(slug)
    found = (
        Postmortem.objects.published()
        .filter(live_revision__slug=slug)
        .select_related("live_revision")
        .first()
    )
    if found is None or found.live_revision is None:
        return _moved(slug)
    with translation.override(found.live_revision.language):
        context = page.live(found, blog, site(request)) | lists.neighbours(found)
        response = render(request, "blog/post.html", context)
    response["Content-Language"] = found.live_revision.language
    return response


def _moved(slug: str) -> HttpResponse:
    """Lead an address that was once public to where its postmortem is now."""
    address = (
        Address.objects.filter(slug=slug, postmortem__live_revision__isnull=False)
        .select_related("postmortem__live_revision")
        .first()
    )
    if address is None:
        raise Http404
    return redirect(address.postmortem, permanent=True)


def _term(request: HttpRequest, blog: Blog, kind: str, slug: str, eyebrow: str) -> HttpResponse:
    term = Term.objects.filter(kind=kind, slug=_one_form(slug)).first()
    posts = Postmortem.objects.published().filter(live_revision__terms=term)
    # A tag that no live revision carries is nobody's business: it may be in a draft only.
    if term is None or not posts.exists():
        raise Http404
    return _list(request, blog, posts, term.get_absolute_url(), term.name, eyebrow)


@stored
def tag(request: HttpRequest, blog: Blog, slug: str) -> HttpResponse:
    return _term(request, blog, Term.Kind.TAG, slug, _("Tag"))


@stored
def category(request: HttpRequest, blog: Blog, slug: str) -> HttpResponse:
    return _term(request, blog, Term.Kind.CATEGORY, slug, _("Category"))


@stored
def archive(request: HttpRequest, blog: Blog, year: int | None = None) -> HttpResponse:
    posts = Postmortem.objects.published()
    years = list(
        posts.order_by()
        .values(year=ExtractYear("first_published_at"))
        .annotate(n=Count("pk"))
        .order_by("-year")
    )
    if year is not None and year not in {row["year"] for row in years}:
        raise Http404
    shown = year or (years[0]["year"] if years else None)
    if shown is not None:
        posts = posts.filter(first_published_at__year=shown)
    found = lists.page(posts, request.GET.get("before", ""), request.GET.get("after", ""), PER_YEAR)
    context = {
        "blog": blog,
        "years": years,
        "year": shown,
        "posts": found.posts,
        "canonical": "" if found.newer else site(request) + request.path,
        **_steps(found),
    }
    return render(request, "blog/archive.html", context)


@require_safe
def file(request: HttpRequest, pk: str, suffix: str) -> HttpResponseBase:
    """Send a picture or file that a live revision shows."""
    found = get_object_or_404(
        PublishedFile.objects.filter(revisions__live_for__isnull=False).distinct(),
        pk=pk,
        suffix=f".{suffix}",
    )
    etag = f'"{found.sha256}"'
    response = get_conditional_response(request, etag=etag) or _opened(found)
    # Short, and then asked again by its hash: what is withdrawn should be gone from the copies of
    # others soon, and what is not costs no second transfer.
    response["Cache-Control"] = "public, max-age=300"
    response["ETag"] = etag
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


def _opened(found: PublishedFile) -> HttpResponseBase:
    """Return a picture to be shown, any other file to be kept. Raises Http404 when it is lost."""
    try:
        file = found.file.open("rb")
    except FileNotFoundError:
        raise Http404 from None
    return FileResponse(
        file,
        content_type=found.content_type,
        as_attachment=found.width is None,
        filename=found.name,
    )


@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """Say that the server answers and the database too."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return HttpResponse("ok", content_type="text/plain")


@stored
def robots(request: HttpRequest, blog: Blog) -> HttpResponse:
    lines = ["User-agent: *", "Disallow: /desk/", "Disallow: /accounts/", ""]
    lines.append(f"Sitemap: {site(request)}{reverse('blog:sitemap')}")
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")
