"""The number of queries of each desk page at 10 and at 1,000 rows. They must be equal."""

import django

django.setup()

from django.db import connection, transaction  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext, setup_test_environment  # noqa: E402

from retro.teams.models import Team, User  # noqa: E402
from tests import make  # noqa: E402

SIZES = (10, 1000)


def fill(team: Team, user: User, incident: make.Incident, rows: int) -> None:
    with transaction.atomic():
        have = incident.timeline.count()
        make.TimelineEntry.objects.bulk_create(
            make.TimelineEntry(
                incident=incident, body="x", position=n * 1000, starts_at=make.at("08:00")
            )
            for n in range(have, rows)
        )
        for n in range(incident.feelings.count(), rows):
            make.feeling(incident, user, visibility="team")
            point = make.point(incident, number=n + 1)
            make.strategy(point)
            make.lesson(incident)
            make.action(incident, owner=user)
        for _ in range(team.incidents.count(), rows):
            make.incident(team, user)


def main() -> None:
    setup_test_environment()
    with transaction.atomic():
        team = make.team("Bench")
        user = make.member(team, "Bench", "owner")
        incident = make.incident(team, user)
        client = Client()
        client.force_login(user, "allauth.account.auth_backends.AuthenticationBackend")
        step = f"/desk/incidents/{incident.number}"
        pages = ["/desk/", "/desk/actions/", "/desk/team/"] + [
            f"{step}/{name}/"
            for name in ("story", "feelings", "improvements", "actions", "publish", "activity")
        ]
        counts: dict[str, list[int]] = {page: [] for page in pages}
        for rows in SIZES:
            fill(team, user, incident, rows)
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
