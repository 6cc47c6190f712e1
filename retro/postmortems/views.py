"""The fifth step: the draft, its preview, publishing and withdrawing; and the blog's name."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.encoding import uri_to_iri
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from retro.incidents.models import Activity, Attachment, Incident
from retro.incidents.views.lookup import find, step_context
from retro.lib.http import is_htmx, save_row
from retro.postmortems import page, slugs, summary
from retro.postmortems.article import draw, reading_minutes
from retro.postmortems.checklist import checks
from retro.postmortems.drafting import compose
from retro.postmortems.forms import (
    SECTION_LABELS,
    BlogForm,
    PostmortemForm,
    PublicationForm,
    SectionForm,
    ShownForm,
)
from retro.postmortems.models import SECTIONS, Blog, Postmortem, Term
from retro.postmortems.publishing import PublishedMeanwhileError, publish, withdraw
from retro.teams.access import MemberRequest, editor, member, owner


def draft_of(incident: Incident) -> Postmortem:
    """Return the incident's postmortem; its first visit makes the draft, with all it can know."""
    found = incident.postmortems.select_related("live_revision").order_by("pk").first()
    if found is None:
        found = _begin(incident)
    found.incident = incident
    return found


@transaction.atomic
def _begin(incident: Incident) -> Postmortem:
    """Make the draft. The lock makes the second of two first visits find what the first one made."""
    Incident.objects.select_for_update().get(pk=incident.pk)
    if made := incident.postmortems.order_by("pk").first():
        return made
    draft = Postmortem(
        incident=incident,
        title=incident.title,
        language=incident.team.language,
        sections=list(SECTIONS),
    )
    draft.slug = slugs.suggest(incident.title, draft)
    try:
        with transaction.atomic():
            draft.save()
    except IntegrityError:
        # Another incident's draft took this address a moment ago.
        draft.slug = slugs.suggest(incident.title, draft)
        draft.save()
    return draft


def _context(
    request: MemberRequest, postmortem: Postmortem, form: PostmortemForm | None = None
) -> dict[str, Any]:
    incident, by = postmortem.incident, request.user
    terms = {
        kind: [term.name for term in Term.objects.filter(kind=kind)[:30]]
        for kind in Term.Kind.values
    }
    revisions = list(
        postmortem.revisions.select_related("published_by").defer("document", "html")[:50]
    )
    address = ""
    if postmortem.live_revision:
        address = request.build_absolute_uri(postmortem.get_absolute_url())
    return {
        **step_context(request, incident, "publish"),
        "postmortem": postmortem,
        "form": form or PostmortemForm(instance=postmortem, incident=incident, by=by),
        "sections": [
            {"name": name, "label": SECTION_LABELS[name], "shown": name in postmortem.sections}
            for name in [
                *postmortem.sections,
                *(name for name in SECTIONS if name not in postmortem.sections),
            ]
        ],
        "people": [
            ShownForm(instance=person, incident=incident, by=by) for person in incident.people.all()
        ],
        "checks": checks(postmortem),
        "revisions": revisions,
        "last_seen": revisions[0].number if revisions else 0,
        "terms": terms,
        "draft_summary": summary.draft(incident, postmortem.language),
        "public_url": address,
        # A Korean address is read in Korean, whatever the link has to be.
        "public_text": uri_to_iri(address),
    }


@require_http_methods(["GET", "POST"])
@member
def publish_step(request: MemberRequest, number: int) -> HttpResponse:
    incident = find(request, number)
    if not request.membership.may_edit:
        post = incident.postmortems.select_related("live_revision").order_by("pk").first()
        context = {**step_context(request, incident, "publish"), "postmortem": post}
        return render(request, "postmortems/publish.html", context)
    postmortem = draft_of(incident)
    if request.method == "GET":
        return render(request, "postmortems/publish.html", _context(request, postmortem))
    form = PostmortemForm(request.POST, instance=postmortem, incident=incident, by=request.user)
    return save_row(
        request,
        form,
        page=lambda form: render(
            request, "postmortems/publish.html", _context(request, postmortem, form)
        ),
        done=_here(number),
        fragments=lambda: [
            ("postmortems/_glance.html", {"checks": checks(postmortem), "incident": incident}),
            ("incidents/_rail.html", step_context(request, incident, "publish")),
        ],
    )


def _here(number: int) -> str:
    return reverse("postmortems:publish", args=[number])


@require_POST
@member
def sections(request: MemberRequest, number: int) -> HttpResponse:
    """Move, show or hide one section."""
    postmortem = draft_of(find(request, number))
    form = SectionForm(request.POST)
    if form.is_valid():
        with transaction.atomic():
            locked = Postmortem.objects.select_for_update().get(pk=postmortem.pk)
            # The order has no text that somebody could lose: the newest click decides.
            postmortem.sections = locked.sections = form.apply(locked.sections)
            locked.save(update_fields=["sections"])
            Activity.note(postmortem.incident, request.user, Activity.Verb.EDITED, postmortem)
    if not is_htmx(request):
        return redirect(f"{_here(number)}#sections")
    context = {**_context(request, postmortem), "oob": False}
    return render(request, "postmortems/_sections.html", context)


@require_POST
@member
def shown(request: MemberRequest, number: int, pk: int) -> HttpResponse:
    incident = find(request, number)
    person = get_object_or_404(incident.people, pk=pk)
    form = ShownForm(request.POST, instance=person, incident=incident, by=request.user)
    return save_row(
        request,
        form,
        page=lambda form: render(
            request, "postmortems/publish.html", _context(request, draft_of(incident))
        ),
        done=f"{_here(number)}#people",
    )


def _desk_address(row: Attachment) -> str:
    return reverse("incidents:attachment_file", args=[row.pk])


@require_GET
@member
def preview(request: MemberRequest, number: int) -> HttpResponse:
    """Show the public page itself, drawn from the draft."""
    incident = find(request, number)
    postmortem = incident.postmortems.order_by("pk").first()
    if postmortem is None:
        return redirect(_here(number))
    document = compose(postmortem, _desk_address)
    context = page.preview(
        request, document, draw(document), reading_minutes(document), back=_here(number)
    )
    # As strangers will see it: everything around the article speaks its language, too.
    with translation.override(document["language"]):
        return render(request, "blog/post.html", context)


@require_POST
@editor
def publication(request: MemberRequest, number: int) -> HttpResponse:
    """Publish the draft as it is now."""
    postmortem = draft_of(find(request, number))
    form = PublicationForm(request.POST)
    if form.is_valid():
        try:
            publish(postmortem, by=request.user, last_seen=form.cleaned_data["last_seen"])
            messages.success(request, _("Published. Everybody can read it now."))
        except PublishedMeanwhileError:
            messages.warning(
                request, _("This was published a moment ago already; nothing was doubled.")
            )
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
    return redirect(_here(number))


@require_POST
@editor
def withdrawal(request: MemberRequest, number: int) -> HttpResponse:
    """Take the page away from strangers."""
    postmortem = draft_of(find(request, number))
    withdraw(postmortem, by=request.user)
    messages.success(request, _("Withdrawn. Nobody outside the team can read it now."))
    return redirect(_here(number))


@require_http_methods(["GET", "POST"])
@owner
def blog(request: HttpRequest) -> HttpResponse:
    """The blog's name, what it is, and its language."""
    row = Blog.get()
    form = BlogForm(request.POST or None, instance=row)
    if request.method == "POST" and form.is_valid():
        with transaction.atomic():
            form.save()
            Blog.changed()
        messages.success(request, _("Saved"))
        return redirect("postmortems:blog")
    status = 422 if form.is_bound else 200
    return render(request, "postmortems/blog.html", {"form": form, "nav": "blog"}, status=status)
