"""Pictures and files beside a timeline entry."""

from contextlib import suppress

from django.db import IntegrityError, transaction
from django.http import FileResponse, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET, require_POST

from retro.incidents.files import UploadForm
from retro.incidents.forms import AttachmentForm, EntryForm
from retro.incidents.models import Activity, Attachment, Incident, TimelineEntry
from retro.incidents.views.lookup import find, glance, step_context
from retro.lib.creation import with_key
from retro.lib.http import is_htmx, save_row
from retro.teams.access import MemberRequest, member


def entry_page(
    request: MemberRequest,
    entry: TimelineEntry,
    form: EntryForm | None = None,
    upload: UploadForm | None = None,
    attachment: AttachmentForm | None = None,
    status: int = 200,
) -> HttpResponse:
    """Show one entry's forms: in its place on the story page, or as a page of its own."""
    incident, by = entry.incident, request.user
    rows = [
        AttachmentForm(instance=row, incident=incident, by=by) for row in entry.attachments.all()
    ]
    if attachment is not None:
        rows = [attachment if row.instance == attachment.instance else row for row in rows]
    context = {
        **step_context(request, incident, "story"),
        "entry": entry,
        "form": form or EntryForm(instance=entry, incident=incident, by=by),
        "upload": upload or UploadForm(initial=with_key()),
        "attachments": rows,
    }
    if is_htmx(request):
        return render(request, "incidents/_entry_form.html", context, status=status)
    context |= glance(incident, list(incident.timeline.in_order()))
    return render(request, "incidents/entry.html", context, status=status)


@require_POST
@member
def add_attachment(request: MemberRequest, number: int, pk: int) -> HttpResponse:
    incident = find(request, number)
    entry = get_object_or_404(incident.timeline, pk=pk)
    entry.incident = incident
    form = UploadForm(request.POST, request.FILES)
    if not form.is_valid():
        return entry_page(request, entry, upload=form, status=422)
    # The same form may arrive twice at once; the other one has stored the file then.
    with suppress(IntegrityError):
        attach(entry, form, request)
    if is_htmx(request):
        return entry_page(request, entry)
    return redirect(_entry_url(incident, pk))


def _entry_url(incident: Incident, pk: int) -> str:
    return reverse("incidents:entry", args=[incident.number, pk])


@transaction.atomic
def attach(entry: TimelineEntry, form: UploadForm, request: MemberRequest) -> Attachment:
    """Store a checked upload beside its entry."""
    key = form.cleaned_data["creation_key"]
    if twin := Attachment.made_by(key):
        return twin
    incoming = form.cleaned_data["file"]
    row = Attachment(
        incident=entry.incident,
        entry=entry,
        name=incoming.name,
        suffix=incoming.suffix,
        content_type=incoming.content_type,
        size=incoming.content.size,
        width=incoming.width,
        height=incoming.height,
        alt=form.cleaned_data["alt"],
        created_by=request.user,
        creation_key=key,
    )
    row.file.save(incoming.name, incoming.content, save=False)
    try:
        with transaction.atomic():
            row.save(force_insert=True)
            Activity.note(entry.incident, request.user, Activity.Verb.ADDED, row)
    except Exception:
        row.file.delete(save=False)
        raise
    return row


def _attachment(request: MemberRequest, pk: str) -> Attachment:
    attachment: Attachment = get_object_or_404(
        Attachment.objects.select_related("incident__team", "entry"),
        pk=pk,
        incident__team=request.membership.team,
    )
    attachment.entry.incident = attachment.incident
    return attachment


@require_GET
@member
def attachment_file(request: MemberRequest, pk: str) -> HttpResponseBase:
    """Send the file to somebody who may see its incident."""
    row = _attachment(request, pk)
    response = FileResponse(row.file.open("rb"), content_type=row.content_type)
    header = content_disposition_header(not row.is_picture, row.name)
    if header:
        response["Content-Disposition"] = header
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cache-Control"] = "private, max-age=3600"
    return response


@require_POST
@member
def attachment(request: MemberRequest, pk: str) -> HttpResponse:
    row = _attachment(request, pk)
    form = AttachmentForm(request.POST, instance=row, incident=row.incident, by=request.user)
    return save_row(
        request,
        form,
        page=lambda form: entry_page(request, row.entry, attachment=form),
        done=_entry_url(row.incident, row.entry_id),
    )


@require_POST
@member
def remove_attachment(request: MemberRequest, pk: str) -> HttpResponse:
    row = _attachment(request, pk)
    entry, file = row.entry, row.file
    with transaction.atomic():
        Activity.note(row.incident, request.user, Activity.Verb.REMOVED, row)
        row.delete()
        # A file is gone for good only once the row is: a rolled back delete keeps both.
        transaction.on_commit(lambda: file.delete(save=False))
    if is_htmx(request):
        return entry_page(request, entry)
    return redirect(_entry_url(row.incident, entry.pk))
