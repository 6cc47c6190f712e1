"""Fill a bench database: one rich retro that is published, and copies of its revision."""

import sys
from datetime import timedelta

import django

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import transaction  # noqa: E402

from retro.incidents.models import Incident  # noqa: E402
from retro.postmortems.models import Address, Blog, Postmortem, Revision, Term  # noqa: E402

BATCH = 500


def copies(total: int) -> None:
    """Have ``total`` published postmortems, each with a revision and terms of its own."""
    model = Postmortem.objects.published().select_related("live_revision", "incident").last()
    assert model and model.live_revision
    frozen, incident = model.live_revision, model.incident
    terms = list(frozen.terms.values_list("pk", flat=True))
    have = Postmortem.objects.count()
    number = Incident.objects.order_by("-number").values_list("number", flat=True)[0]
    while have < total:
        size = min(BATCH, total - have)
        with transaction.atomic():
            incidents = Incident.objects.bulk_create(
                Incident(
                    team_id=incident.team_id,
                    number=number + n,
                    title=incident.title,
                    time_zone=incident.time_zone,
                    day=incident.day,
                )
                for n in range(1, size + 1)
            )
            posts = Postmortem.objects.bulk_create(
                Postmortem(
                    incident=row,
                    slug=f"copy-{row.number}",
                    title=model.title,
                    language=model.language,
                    sections=model.sections,
                    first_published_at=model.first_published_at - timedelta(minutes=row.number),
                    last_published_at=model.first_published_at,
                )
                for row in incidents
            )
            revisions = Revision.objects.bulk_create(
                Revision(
                    postmortem=post,
                    number=1,
                    slug=post.slug,
                    title=f"{frozen.title} {post.slug}",
                    description=frozen.description,
                    language=frozen.language,
                    reading_minutes=frozen.reading_minutes,
                    document=frozen.document,
                    html=frozen.html,
                )
                for post in posts
            )
            for post, revision in zip(posts, revisions, strict=True):
                post.live_revision = revision
            Postmortem.objects.bulk_update(posts, ["live_revision"])
            Address.objects.bulk_create(Address(slug=post.slug, postmortem=post) for post in posts)
            Revision.terms.through.objects.bulk_create(
                Revision.terms.through(revision_id=revision.pk, term_id=term)
                for revision in revisions
                for term in terms
            )
            Blog.changed()
        number, have = number + size, have + size


if __name__ == "__main__":
    if not Postmortem.objects.exists():
        call_command("load_sample", verbosity=0)
    copies(int(sys.argv[1]))
    print(Postmortem.objects.published().count(), Term.objects.count())
