"""Who may do what on the desk. Every members' view carries one of these decorators."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.core import signing
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse

from retro.teams.models import Membership, Role, User

View = Callable[..., HttpResponseBase]

KEPT = "kept_form"
KEPT_LIMIT = 200_000
"""Characters of a form that are kept for somebody who has to sign in again first."""


class MemberRequest(HttpRequest):
    """A request behind one of the decorators below: somebody in a team."""

    membership: Membership
    user: User
    kept_by: str


def membership_of(request: HttpRequest) -> Membership | None:
    """Return the membership this person works under now: the one chosen, or their first."""
    if not request.user.is_authenticated:
        return None
    memberships = list(Membership.objects.filter(user=request.user).select_related("team", "user"))
    chosen = request.session.get("team")
    for membership in memberships:
        if membership.team_id == chosen:
            return membership
    return memberships[0] if memberships else None


def _guard(view: View, roles: set[str], writing: set[str]) -> View:
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return _signed_out(request)
        membership = membership_of(request)
        if membership is None:
            raise Http404
        needed = writing if request.method not in ("GET", "HEAD") else roles
        if membership.role not in needed:
            raise PermissionDenied
        request.membership = membership  # type: ignore[attr-defined]
        request.kept_by = signing.dumps(request.user.pk, salt=KEPT)  # type: ignore[attr-defined]
        response = view(request, *args, **kwargs)
        response.headers.setdefault("Cache-Control", "private, no-store")
        return response

    return guarded


ALL = {Role.OWNER, Role.EDITOR, Role.VIEWER}
WRITERS = {Role.OWNER, Role.EDITOR}


def member(view: View) -> View:
    """Everybody in the team may read; owners and editors may also post. Others: 404 or 403."""
    return _guard(view, set(ALL), set(WRITERS))


def anyone(view: View) -> View:
    """Everybody in the team, viewers too, may read and post: one's own profile, say."""
    return _guard(view, set(ALL), set(ALL))


def editor(view: View) -> View:
    """Owners and editors only."""
    return _guard(view, set(WRITERS), set(WRITERS))


def owner(view: View) -> View:
    """Owners only."""
    return _guard(view, {Role.OWNER}, {Role.OWNER})


def _signed_out(request: HttpRequest) -> HttpResponse:
    """Lead to the sign-in; keep what was typed when a form comes from a session that has ended."""
    if getattr(request, "htmx", False):
        # The page stays as it is, text and all; autosave.js says what happened.
        return HttpResponse(status=401)
    if request.method == "POST":
        fields = [
            (name, value)
            for name, values in request.POST.lists()
            if name not in ("csrfmiddlewaretoken", "kept_by")
            for value in values
        ]
        if sum(len(name) + len(str(value)) for name, value in fields) <= KEPT_LIMIT:
            request.session[KEPT] = {
                "path": request.path,
                "fields": fields,
                "by": request.POST.get("kept_by", ""),
            }
            # Not to the form's own address: most of those only take a post.
            return redirect_to_login(reverse("teams:kept"))
        return redirect_to_login(reverse("incidents:list"))
    return redirect_to_login(request.get_full_path())


def take_kept(request: HttpRequest) -> dict[str, Any] | None:
    """Return the form that waits in this session if it is this person's; forget it either way."""
    kept = request.session.pop(KEPT, None)
    try:
        whose = signing.loads(kept["by"], salt=KEPT) if kept else None
    except signing.BadSignature:
        return None
    # On a shared computer the next one to sign in may be somebody else.
    return kept if kept and whose == request.user.pk else None
