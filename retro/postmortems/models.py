"""PUBLISH: the public face of an incident, frozen in revisions."""

import uuid
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from retro.incidents.models import Incident
from retro.lib.markdown import check_length
from retro.lib.rows import Row
from retro.teams.models import User

SECTIONS = ["story", "feelings", "improvements", "lessons", "actions", "summary"]
"""The sections of a postmortem, in the order a new one has them."""


class Blog(models.Model):
    """The one blog of this installation: its name, and a count of what strangers have seen change."""

    title = models.CharField(_("blog title"), max_length=100)
    description = models.CharField(_("blog description"), max_length=300, blank=True)
    language = models.CharField(
        _("language"), max_length=8, choices=settings.LANGUAGES, default="en"
    )
    # Goes up with everything that changes a public page: whoever keeps a copy asks this number.
    version = models.PositiveBigIntegerField(default=1, editable=False)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(pk=1), name="one_blog")]

    def __str__(self) -> str:
        return self.title

    @classmethod
    def get(cls) -> "Blog":
        """Return the blog; one with an empty title before the installation is set up."""
        return cls.objects.filter(pk=1).first() or cls(pk=1, title="Retro")

    @classmethod
    def changed(cls) -> None:
        """Say, in the transaction that changes it, that a public page is no longer what it was."""
        cls.objects.filter(pk=1).update(version=F("version") + 1)


class Term(models.Model):
    """A tag or a category, as strangers see it."""

    class Kind(models.TextChoices):
        TAG = "tag", _("Tag")
        CATEGORY = "category", _("Category")

    kind = models.CharField(max_length=8, choices=Kind.choices)
    slug = models.SlugField(max_length=100, allow_unicode=True)
    name = models.CharField(max_length=100)

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["kind", "slug"], name="term_once")]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse(f"blog:{self.kind}", args=[self.slug])


class PostmortemQuerySet(models.QuerySet["Postmortem"]):
    def published(self) -> Self:
        """Return those with a live revision, newest first: all that strangers may know of."""
        return self.filter(live_revision__isnull=False).order_by("-first_published_at", "-pk")

    def for_list(self) -> Self:
        """Join what a line in a list needs of the live revision, without its long columns."""
        return self.select_related("live_revision").defer(
            "live_revision__document", "live_revision__html", "summary"
        )


class Postmortem(Row):
    """The publication of one incident: a draft to edit, and the revision that is live."""

    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="postmortems")
    title = models.CharField(_("title"), max_length=200, blank=True)
    slug = models.SlugField(_("address"), max_length=120, allow_unicode=True, unique=True)
    description = models.CharField(_("description"), max_length=300, blank=True)
    categories = models.JSONField(_("categories"), default=list, blank=True)
    tags = models.JSONField(_("tags"), default=list, blank=True)
    keywords = models.JSONField(_("keywords"), default=list, blank=True)
    language = models.CharField(
        _("language"), max_length=8, choices=settings.LANGUAGES, default="en"
    )
    summary = models.TextField(_("closing summary"), blank=True, validators=[check_length])
    # Names out of SECTIONS, in the order they appear; one that is missing does not appear.
    sections = models.JSONField(_("sections"), default=list, blank=True)

    live_revision = models.OneToOneField(
        "Revision", on_delete=models.SET_NULL, null=True, editable=False, related_name="live_for"
    )
    first_published_at = models.DateTimeField(null=True, editable=False)
    last_published_at = models.DateTimeField(null=True, editable=False)

    objects = PostmortemQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(
                "first_published_at",
                "id",
                condition=Q(live_revision__isnull=False),
                name="published_newest",
            ),
        ]

    def __str__(self) -> str:
        return self.title or str(self.incident)

    def get_absolute_url(self) -> str:
        """Return the address strangers use: the live revision's, which a draft does not move."""
        slug = self.live_revision.slug if self.live_revision else self.slug
        return reverse("blog:post", args=[slug])


class Revision(models.Model):
    """A frozen copy of everything a stranger can see of a postmortem.

    ``document`` is the whole content as data (drafting.py says its shape), ``html`` the article
    drawn from it. Neither looks back at a private table.
    """

    postmortem = models.ForeignKey(Postmortem, on_delete=models.CASCADE, related_name="revisions")
    number = models.PositiveIntegerField(editable=False)
    slug = models.SlugField(max_length=120, allow_unicode=True)
    title = models.CharField(max_length=200)
    description = models.CharField(max_length=300, blank=True)
    language = models.CharField(max_length=8)
    reading_minutes = models.PositiveSmallIntegerField(default=1)
    document = models.JSONField()
    html = models.TextField()
    terms: models.ManyToManyField = models.ManyToManyField(Term, related_name="revisions")
    published_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    published_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["postmortem", "number"], name="revision_number_once"),
        ]

    def __str__(self) -> str:
        return f"{self.title} ({self.number})"


class Address(models.Model):
    """A slug that was ever public. It leads to its postmortem for ever, whatever that is called."""

    slug = models.SlugField(max_length=120, allow_unicode=True, unique=True)
    postmortem = models.ForeignKey(Postmortem, on_delete=models.CASCADE, related_name="addresses")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name_plural = "addresses"

    def __str__(self) -> str:
        return self.slug


def _published_path(published: "PublishedFile", filename: str) -> str:
    return f"published/{uuid.uuid4().hex}{published.suffix}"


class PublishedFile(models.Model):
    """A copy of a picture or file that a revision shows: strangers never touch the desk's own."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    postmortem = models.ForeignKey(Postmortem, on_delete=models.CASCADE, related_name="files")
    revisions: models.ManyToManyField = models.ManyToManyField(Revision, related_name="files")
    file = models.FileField(upload_to=_published_path, max_length=200)
    sha256 = models.CharField(max_length=64)
    suffix = models.CharField(max_length=10)
    name = models.CharField(max_length=200)
    content_type = models.CharField(max_length=100)
    size = models.PositiveIntegerField()
    width = models.PositiveIntegerField(null=True)
    height = models.PositiveIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["postmortem", "sha256"], name="published_file_once"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("blog:file", args=[self.pk, self.suffix.lstrip(".")])
