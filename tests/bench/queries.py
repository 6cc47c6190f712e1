"""The number of queries of each desk page at 10 and at 1,000 rows. They must be equal."""

import django

django.setup()

from django.db import connection, transaction  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402

from retro.teams.models import Team, User  # noqa: E402
from tests import make  # noqa: E402

SIZES = (10, 1000)


def fill(
    team: Team, user: User, other: User, told: make.Incident, felt: make.Incident, rows: int
) -> None:
    """Have so many rows on each page: entries in one incident, the rest in another.

    In two, because each form of a feeling or a point offers every entry: a thousand of both on one
    page would be a million choices, which nobody has.
    """
    have = told.timeline.count()
    make.TimelineEntry.objects.bulk_create(
        make.TimelineEntry(incident=told, body="x", position=n * 1000, starts_at=make.at("08:00"))
        for n in range(have, rows)
    )
    point = felt.improvements.first() or make.point(felt)
    for n in range(point.strategies.count(), rows):
        make.feeling(felt, other, visibility="team")
        make.strategy(point, position=n + 1)
        make.lesson(felt)
        make.action(felt, owner=user)
    for _ in range(team.incidents.count(), rows):
        make.incident(team, user)


def main() -> None:
    with transaction.atomic():
        team = make.team("Bench")
        user = make.member(team, "Bench", "owner")
        other = make.member(team, "Other")
        told, felt = make.incident(team, user), make.incident(team, user)
        client = Client(headers={"host": "localhost"})
        client.force_login(user, "allauth.account.auth_backends.AuthenticationBackend")
        steps = ("feelings", "improvements", "actions", "publish")
        pages = ["/desk/", "/desk/actions/", "/desk/team/", f"/desk/incidents/{told.number}/story/"]
        pages += [f"/desk/incidents/{felt.number}/{step}/" for step in steps]
        pages += [f"/desk/incidents/{told.number}/activity/"]
        counts: dict[str, list[int]] = {page: [] for page in pages}
        for rows in SIZES:
            fill(team, user, other, told, felt, rows)
            for page in pages:
                client.get(page)
                with CaptureQueriesContext(connection) as captured:
                    assert client.get(page).status_code == 200, page
                counts[page].append(len(captured))
        print(f"{'desk page':<40} {SIZES[0]:>6} {SIZES[1]:>6} rows")
        for page, (few, many) in counts.items():
            print(f"{page:<40} {few:>6} {many:>6} {'' if few == many else '  GROWS'}")
        transaction.set_rollback(True)


if __name__ == "__main__":
    main()
