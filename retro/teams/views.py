"""The first page of an installation, the team, invitations, and one's own profile."""

import logging

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.core.mail import send_mail
from django.db import connection, transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from retro.teams.access import MemberRequest, anyone, member, owner, take_kept
from retro.teams.forms import (
    InviteForm,
    NewcomerForm,
    OwnerForm,
    ProfileForm,
    RoleForm,
    TeamForm,
    is_last_owner,
)
from retro.teams.models import Invitation, Membership, Role, Team, User

logger = logging.getLogger(__name__)
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@require_http_methods(["GET", "POST"])
def set_up(request: HttpRequest) -> HttpResponse:
    """Make the owner and the team of an empty installation. Afterwards this page is gone."""
    if User.objects.exists():
        raise Http404
    language = translation.get_language() or "en"
    form = OwnerForm(request.POST or None, initial={"language": language})
    if request.method == "POST" and form.is_valid():
        login(request, _make_owner(form), backend=BACKEND)
        return redirect("postmortems:blog")
    return render(
        request, "teams/set_up.html", {"form": form}, status=422 if form.is_bound else 200
    )


@transaction.atomic
def _make_owner(form: OwnerForm) -> User:
    if connection.vendor == "postgresql":
        # Two first visitors at once: the second waits, and then finds the first one here. On
        # SQLite the transaction itself is the lock.
        with connection.cursor() as cursor:
            cursor.execute("LOCK TABLE teams_user IN SHARE ROW EXCLUSIVE MODE")
    if User.objects.exists():
        raise Http404
    data = form.cleaned_data
    team = Team.objects.create(
        name=data["team"], time_zone=data["time_zone"], language=data["language"]
    )
    user = User.objects.create_user(
        data["email"],
        data["password"],
        name=data["name"],
        language=data["language"],
        time_zone=data["time_zone"],
    )
    Membership.objects.create(user=user, team=team, role=Role.OWNER)
    return user


def _team_page(
    request: MemberRequest,
    *,
    form: TeamForm | None = None,
    invite: InviteForm | None = None,
    role: RoleForm | None = None,
    link: str = "",
    mailed: bool = True,
    status: int = 200,
) -> HttpResponse:
    membership = request.membership
    team = membership.team
    rows = Membership.objects.filter(team=team).select_related("user")
    context = {
        "nav": "team",
        "team": team,
        "is_owner": membership.is_owner,
        "form": form or TeamForm(instance=team),
        "invite": invite or InviteForm(team=team),
        "members": [
            role
            if role and role.instance.pk == row.pk
            else RoleForm(instance=row, auto_id=f"role-{row.pk}-%s")
            for row in rows
        ],
        "invitations": Invitation.objects.open().filter(team=team),
        "link": link,
        "mailed": mailed,
    }
    return render(request, "teams/team.html", context, status=status)


@require_http_methods(["GET", "POST"])
@member
def team(request: MemberRequest) -> HttpResponseBase:
    if request.method == "GET":
        return _team_page(request)
    return _save_team(request)


@owner
def _save_team(request: MemberRequest) -> HttpResponse:
    form = TeamForm(request.POST, instance=Team.objects.get(pk=request.membership.team_id))
    if not form.is_valid():
        return _team_page(request, form=form, status=422)
    form.save()
    messages.success(request, _("Saved"))
    return redirect("teams:team")


@require_POST
@owner
def invite(request: MemberRequest) -> HttpResponse:
    team = request.membership.team
    form = InviteForm(request.POST, team=team)
    if not form.is_valid():
        return _team_page(request, invite=form, status=422)
    email = form.cleaned_data["email"]
    invitation, secret = Invitation.issue(
        team=team, email=email, role=form.cleaned_data["role"], by=request.user
    )
    path = reverse("teams:invitation", args=[secret])
    link = f"{settings.BASE_URL}{path}" if settings.BASE_URL else request.build_absolute_uri(path)
    known = User.objects.filter(email__iexact=email).first()
    with translation.override(known.language if known else team.language):
        context = {"invitation": invitation, "link": link, "by": request.user}
        try:
            send_mail(
                _("%(name)s invites you to %(team)s on Retro")
                % {"name": request.user, "team": team},
                render_to_string("teams/invitation_mail.txt", context),
                None,
                [email],
            )
            mailed = True
        except OSError:
            # A mail server that is down or refuses: the link below is good all the same.
            logger.exception("The invitation's mail could not be sent.")
            mailed = False
    # Shown once: the link's secret is kept nowhere.
    return _team_page(request, link=link, mailed=mailed)


@require_POST
@owner
def revoke(request: MemberRequest, pk: int) -> HttpResponse:
    get_object_or_404(Invitation, pk=pk, team=request.membership.team).delete()
    messages.success(request, _("The invitation is taken back."))
    return redirect("teams:team")


@require_POST
@owner
def role(request: MemberRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(Membership, pk=pk, team=request.membership.team)
    form = RoleForm(request.POST, instance=row, auto_id=f"role-{row.pk}-%s")
    if not form.is_valid():
        return _team_page(request, role=form, status=422)
    form.save()
    messages.success(request, _("Saved"))
    return redirect("teams:team")


@require_POST
@owner
def remove(request: MemberRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(Membership, pk=pk, team=request.membership.team)
    if is_last_owner(row):
        messages.error(request, _("A team needs an owner. Make somebody else one first."))
    else:
        row.delete()
        messages.success(request, _("%(name)s is no longer in the team.") % {"name": row.user})
    return redirect("teams:team")


@require_http_methods(["GET", "POST"])
def invitation(request: HttpRequest, secret: str) -> HttpResponse:
    """Let somebody in who was invited: a newcomer makes an account, others accept."""
    found = Invitation.objects.by_secret(secret)
    if found is None:
        raise Http404
    if not found.is_open:
        return _no_referrer(
            render(request, "teams/invitation_gone.html", {"invitation": found}, status=410)
        )
    known = User.objects.filter(email__iexact=found.email).first()
    form = None
    if known is None and not request.user.is_authenticated:
        form = NewcomerForm(
            request.POST or None,
            instance=User(email=found.email, time_zone=found.team.time_zone),
            initial={"language": translation.get_language() or "en"},
        )
    if request.method == "POST" and (answer := _join(request, found, known, form)):
        return _no_referrer(answer)
    context = {"invitation": found, "form": form, "known": known, "secret": secret}
    status = 422 if form is not None and form.is_bound else 200
    return _no_referrer(render(request, "teams/invitation.html", context, status=status))


def _join(
    request: HttpRequest, found: Invitation, known: User | None, form: NewcomerForm | None
) -> HttpResponse | None:
    """Let the person in if they may; None shows the page again."""
    with transaction.atomic():
        if form is not None:
            if not form.is_valid():
                return None
            user = form.save(commit=False)
            user.set_password(form.cleaned_data["password"])
            user.save()
        elif request.user.is_authenticated and known and request.user.pk == known.pk:
            user = known
        else:
            return None
        if not found.accept(user):
            # Used while this form was open; the account made above must not stay.
            transaction.set_rollback(True)
            return render(request, "teams/invitation_gone.html", {"invitation": found}, status=410)
    if form is not None:
        login(request, user, backend=BACKEND)
    request.session["team"] = found.team_id
    return redirect("incidents:list")


def _no_referrer(response: HttpResponse) -> HttpResponse:
    # The address is the key: it must not travel to wherever the page leads.
    response["Referrer-Policy"] = "no-referrer"
    return response


@require_http_methods(["GET", "POST"])
@anyone
def profile(request: MemberRequest) -> HttpResponse:
    form = ProfileForm(request.POST or None, instance=User.objects.get(pk=request.user.pk))
    if request.method == "POST" and form.is_valid():
        form.save()
        with translation.override(form.cleaned_data["language"]):
            messages.success(request, _("Saved"))
        return redirect("teams:profile")
    memberships = Membership.objects.filter(user=request.user).select_related("team")
    context = {"form": form, "memberships": memberships, "nav": "profile"}
    return render(request, "teams/profile.html", context, status=422 if form.is_bound else 200)


@require_POST
@anyone
def switch(request: MemberRequest, pk: int) -> HttpResponse:
    """Work in another of one's teams."""
    row = get_object_or_404(Membership, team=pk, user=request.user)
    request.session["team"] = row.team_id
    return redirect("incidents:list")


@require_GET
@anyone
def kept(request: MemberRequest) -> HttpResponse:
    """Give back, once, what somebody wrote in a form after their session had ended."""
    found = take_kept(request)
    if found is None:
        return redirect("incidents:list")
    return render(request, "teams/kept.html", {"kept": found})
