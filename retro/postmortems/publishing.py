"""Publishing copies: a revision holds its own document, its own article and its own files."""

import hashlib
from datetime import datetime

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone
from django.utils.text import slugify

from retro.incidents.models import Activity
from retro.postmortems import slugs
from retro.postmortems.article import draw, reading_minutes
from retro.postmortems.drafting import compose
from retro.postmortems.models import (
    Address,
    Blog,
    Postmortem,
    PublishedFile,
    Revision,
    Term,
)
from retro.teams.models import User


class PublishedMeanwhileError(Exception):
    """Somebody else published this draft a moment ago; nothing was done."""


def publish(
    postmortem: Postmortem, *, by: User, last_seen: int | None = None, at: datetime | None = None
) -> Revision:
    """Freeze the draft as it is now into a revision, and make that the live one.

    ``last_seen`` is the number of the newest revision the person had before them. When there is a
    newer one (a double click, a colleague), raises PublishedMeanwhileError. Raises ValidationError
    when the address is taken. All of it happens or none: copies of files go away again on failure.
    """
    copied: list[PublishedFile] = []
    try:
        with transaction.atomic():
            return _publish(postmortem, by, last_seen, copied, at or timezone.now())
    except BaseException:
        for copy in copied:
            copy.file.delete(save=False)
        raise


def _publish(
    postmortem: Postmortem,
    by: User,
    last_seen: int | None,
    copied: list[PublishedFile],
    now: datetime,
) -> Revision:
    # Two publishing at once: the second waits here and then sees the first one's revision.
    locked = Postmortem.objects.select_for_update().get(pk=postmortem.pk)
    newest = locked.revisions.order_by("-number").values_list("number", flat=True).first() or 0
    if last_seen is not None and newest != last_seen:
        raise PublishedMeanwhileError
    slugs.check(locked.slug, locked)
    files = _copies(locked, copied)
    document = compose(locked, lambda row: files[row.pk].get_absolute_url())
    revision = Revision.objects.create(
        postmortem=locked,
        number=newest + 1,
        slug=locked.slug,
        title=document["title"],
        description=locked.description,
        language=locked.language,
        reading_minutes=reading_minutes(document),
        document=document,
        html=draw(document),
        published_by=by,
        published_at=now,
    )
    revision.files.set(files.values())
    revision.terms.set(
        _terms(Term.Kind.TAG, locked.tags) + _terms(Term.Kind.CATEGORY, locked.categories)
    )
    Address.objects.get_or_create(slug=locked.slug, defaults={"postmortem": locked})
    locked.live_revision = revision
    locked.first_published_at = locked.first_published_at or now
    locked.last_published_at = now
    locked.save(update_fields=["live_revision", "first_published_at", "last_published_at"])
    Blog.changed()
    Activity.note(locked.incident, by, Activity.Verb.PUBLISHED, locked)
    return revision


def withdraw(postmortem: Postmortem, *, by: User) -> None:
    """Take the live revision away from strangers. Its address stays reserved; drafts stay."""
    with transaction.atomic():
        locked = Postmortem.objects.select_for_update().get(pk=postmortem.pk)
        if locked.live_revision_id is None:
            return
        locked.live_revision = None
        locked.save(update_fields=["live_revision"])
        Blog.changed()
        Activity.note(locked.incident, by, Activity.Verb.WITHDREW, locked)


def _copies(postmortem: Postmortem, copied: list[PublishedFile]) -> dict[object, PublishedFile]:
    """Copy each attachment for strangers, once for the same content; return them by attachment."""
    if "story" not in postmortem.sections:
        return {}
    rows = postmortem.incident.attachments.all()
    known = {copy.sha256: copy for copy in postmortem.files.all()}
    found: dict[object, PublishedFile] = {}
    for row in rows:
        with row.file.open("rb") as file:
            content = file.read()
        digest = hashlib.sha256(content).hexdigest()
        if digest not in known:
            copy = PublishedFile(
                postmortem=postmortem,
                sha256=digest,
                suffix=row.suffix,
                name=row.name,
                content_type=row.content_type,
                size=len(content),
                width=row.width,
                height=row.height,
            )
            copy.file.save(row.name, ContentFile(content), save=False)
            copied.append(copy)
            copy.save(force_insert=True)
            known[digest] = copy
        found[row.pk] = known[digest]
    return found


def _terms(kind: str, names: list[str]) -> list[Term]:
    terms = []
    # In one order for everybody: two posts with the same new tags never wait for each other.
    for name in sorted(names):
        slug = slugs.normal(slugify(name, allow_unicode=True))[:100]
        if slug:
            terms.append(
                Term.objects.get_or_create(kind=kind, slug=slug, defaults={"name": name})[0]
            )
    return terms
