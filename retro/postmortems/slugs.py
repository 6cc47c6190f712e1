"""Addresses of posts: free, not reserved, and Korean where the title is."""

import re
import unicodedata

from django.core.exceptions import ValidationError
from django.utils.text import slugify
from django.utils.translation import gettext as _

from retro.postmortems.models import Address, Postmortem

LENGTH = 120
RESERVED = {
    "accounts",
    "admin",
    "api",
    "archive",
    "categories",
    "desk",
    "feed",
    "files",
    "healthz",
    "index",
    "new",
    "postmortems",
    "robots",
    "search",
    "sitemap",
    "static",
    "tags",
}


def normal(slug: str) -> str:
    """Return the one form of a slug: composed letters, lower case, no stray hyphens."""
    return unicodedata.normalize("NFC", slug).strip().lower()


def is_taken(slug: str, postmortem: Postmortem) -> bool:
    """Say whether the slug is, or ever was, the address of another postmortem."""
    return (
        Postmortem.objects.filter(slug=slug).exclude(pk=postmortem.pk).exists()
        or Address.objects.filter(slug=slug).exclude(postmortem=postmortem.pk).exists()
    )


def check(slug: str, postmortem: Postmortem) -> str:
    """Return the slug in its one form. Raises ValidationError with a sentence."""
    slug = normal(slug)
    if not re.fullmatch(r"[\w-]+", slug):
        raise ValidationError(_("An address has only letters, digits and hyphens in it."))
    if slug in RESERVED:
        raise ValidationError(_("“%(slug)s” is kept for the site itself.") % {"slug": slug})
    if is_taken(slug, postmortem):
        raise taken(slug)
    return slug


def taken(slug: str) -> ValidationError:
    return ValidationError(
        _("Another postmortem has, or once had, the address “%(slug)s”.") % {"slug": slug}
    )


def suggest(title: str, postmortem: Postmortem) -> str:
    """Return a free slug made from a title; Korean stays Korean."""
    base = normal(slugify(title, allow_unicode=True))[: LENGTH - 5].strip("-_")
    if not base or base in RESERVED:
        base = f"postmortem-{base}".rstrip("-")
    slug, number = base, 2
    while is_taken(slug, postmortem):
        slug, number = f"{base}-{number}", number + 1
    return slug
