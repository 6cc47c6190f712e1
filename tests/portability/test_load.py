"""The samples, and a real retro, from records to the page that strangers read."""

import json
import tomllib
from pathlib import Path
from typing import Any

import html5lib
import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from retro.incidents.models import Attachment, Incident
from retro.portability.load import SAMPLES, load, load_samples
from retro.postmortems.models import SECTIONS, Postmortem, PublishedFile, Revision
from retro.reflections.models import Feeling
from retro.teams.models import Team, User
from tests import make
from tests.postmortems.told import published, read

pytestmark = pytest.mark.django_db
FILES = sorted(SAMPLES.glob("*.toml"))
PLACES = ["/", "/archive/", "/feed.atom", "/feed.json", "/sitemap.xml"]


def words(page: str) -> str:
    """Return a page's text as a reader sees it, with single spaces."""
    tree = html5lib.parse(page, namespaceHTMLElements=False)
    return " ".join(" ".join(tree.find("body").itertext()).split())


def everything_public() -> str:
    posts = [read(post.get_absolute_url()) for post in Postmortem.objects.published()]
    kept = [f"{row.html} {json.dumps(row.document)}" for row in Revision.objects.all()]
    kept += [json.dumps(row.document, ensure_ascii=False) for row in Revision.objects.all()]
    return "\n".join([*map(read, PLACES), *posts, *kept])


def test_both_samples_are_in_and_can_be_read() -> None:
    user = load_samples("sam@example.com", "look around first")
    assert user.is_sample and user.check_password("look around first")
    posts = {post.language: post for post in Postmortem.objects.published()}
    assert set(posts) == {"en", "ko"}
    index = read("/")
    for post in posts.values():
        assert post.title in index
        page = read(post.get_absolute_url())
        assert f'<html lang="{post.language}">' in page
        assert [part["kind"] for part in post.live_revision.document["sections"]] == SECTIONS
        assert "<svg" in page
    assert "In hindsight" in index
    copies = list(PublishedFile.objects.all())
    assert len(copies) == Attachment.objects.count() == 2
    assert all(Client().get(copy.get_absolute_url()).status_code == 200 for copy in copies)


def test_nothing_private_in_the_samples_is_public() -> None:
    load_samples("sam@example.com", "look around first")
    public = everything_public()
    for path in FILES:
        data = tomllib.loads(path.read_text())
        hidden = [row for row in data["feelings"] if row["visibility"] != "public"]
        assert hidden
        for row in hidden:
            assert row["body"].strip()[:40] not in public
        told = [row for row in data["feelings"] if row["visibility"] == "public"]
        assert all(row["body"].strip()[:12] in public for row in told)
        for person in data["people"]:
            assert (person["name"] in public) == (person["shown_as"] == "name"), person["name"]
            if person["shown_as"] == "nobody":
                assert person["role"] not in public
    assert "sam@example.com" not in public and "@example.com" not in public


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_part_of_a_file_becomes_a_record(path: Path) -> None:
    data = tomllib.loads(path.read_text())
    team = make.team()
    post = load(path, team, make.member(team, "Alice", "owner"))
    incident = post.incident
    assert incident.timeline.count() == len(data["timeline"])
    assert [row.heading for row in incident.timeline.in_order()] == [
        row.get("heading", "") for row in data["timeline"]
    ]
    assert incident.feelings.count() == len(data["feelings"])
    assert incident.people.count() == len(data["people"])
    assert incident.lessons.count() == len(data["lessons"])
    assert incident.actions.count() == len(data["actions"])
    assert [row.heading for row in incident.improvements.all()] == [
        row["heading"] for row in data["improvements"]
    ]
    anonymous = [row for row in data["feelings"] if row.get("anonymous")]
    assert Feeling.objects.filter(author=None).count() == len(anonymous)
    nested = [
        text
        for row in data["improvements"]
        for side in ("before", "after")
        for parent in row.get(side, [])
        for text in parent.get("under", [])
    ]
    made = [row for point in incident.improvements.all() for row in point.strategies.all()]
    assert sorted(row.text for row in made if row.parent_id) == sorted(nested)


def test_nobody_signs_in_as_a_person_of_a_sample() -> None:
    load_samples("sam@example.com", "look around first")
    for user in User.objects.exclude(email="sam@example.com"):
        assert not user.has_usable_password()


def test_a_file_with_a_fault_leaves_nothing_behind(tmp_path: Path) -> None:
    team = make.team()
    alice = make.member(team, "Alice", "owner")
    text = FILES[0].read_text().replace("\nmoment = ", "\nmoment = 'no such entry' # ", 1)
    (tmp_path / "broken.toml").write_text(text)
    for picture in SAMPLES.glob("*.png"):
        (tmp_path / picture.name).write_bytes(picture.read_bytes())
    with pytest.raises(KeyError):
        load(tmp_path / "broken.toml", team, alice)
    assert not Incident.objects.exists() and User.objects.count() == 1


def test_the_command_loads_into_an_empty_database_only() -> None:
    call_command("load_sample", verbosity=0)
    with pytest.raises(CommandError, match="people here already"):
        call_command("load_sample", verbosity=0)
    assert Team.objects.count() == 1


# A real retro; what it says is read at test time and stands nowhere in the project.


TRIGGERS = {"always": "always", "before work": "before", "after work": "after"}
OUTCOMES = {"partly or misleading": "misleading"}
DAY = make.date(2022, 10, 27)


@pytest.fixture
def case(cases: Path) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((cases / "blocked-ip.expected.json").read_text())
    return loaded


def seoul(clock: str) -> Any:
    return make.at(clock, DAY) - make.datetime.resolution * 9 * 3600 * 10**6


def recorded(case: dict[str, Any], language: str) -> Postmortem:
    """Make the records of the case as a team would, and their draft."""
    team = make.team("Case", language=language)
    author = make.member(team, "Author", "owner")
    front = case["front_matter"]
    incident = make.incident(team, author, front["title"], day=DAY)
    for name in case["affected"]:
        incident.services.add(team.services.create(name=name))
    for number, name in enumerate(case["people"]):
        make.person(incident, name, name, user=None if number else author, shown_as="name")
    entries = [
        make.entry(
            incident,
            row["what"],
            kind=row["kind"],
            starts_at=seoul(row["at"]) if "at" in row else None,
            approximate=row.get("approximate", False),
            milestone=row.get("milestone", ""),
            expected=row.get("expected", ""),
            actual=row.get("actual", ""),
            outcome=OUTCOMES.get(row.get("outcome", ""), row.get("outcome", "")),
        )
        for row in case["timeline"]
    ]
    felt = case["feelings"]
    make.feeling(
        incident,
        author,
        felt["later"][0],
        words=felt["words"],
        needs=felt["needs"],
        entry=entries[-1],
        visibility="public",
    )
    for row in case["improvement_points"]:
        point = make.point(incident, row["heading"], number=row["number"])
        for side in ("before", "after"):
            position = 0
            for parent in row[side]:
                position += 1
                top = make.strategy(point, parent["text"], side=side, position=position)
                for text in parent["under"]:
                    position += 1
                    make.strategy(point, text, side=side, position=position, parent=top)
    for row in case["action_items"]:
        make.action(
            incident,
            row["text"],
            kind=row["kind"],
            trigger=TRIGGERS[row["trigger"]],
            expected_result="\n".join(row.get("under", [])),
        )
    lines = [f"- {line}" for part in case["summary"].values() for line in part]
    return make.postmortem(
        incident,
        "case",
        title=front["title"],
        description=front["description"],
        language=language,
        categories=front["categories"],
        tags=front["tags"],
        keywords=front["keywords"],
        summary="\n".join(lines),
    )


def strategies_of(case: dict[str, Any]) -> list[tuple[str, str]]:
    """Return (parent, nested) for each nested strategy, and ("", text) for the others."""
    found = []
    for point in case["improvement_points"]:
        for parent in [*point["before"], *point["after"]]:
            found.append(("", parent["text"]))
            found += [(parent["text"], text) for text in parent["under"]]
    return found


@pytest.mark.parametrize(
    ("language", "lengths"), [("en", ("2 h", "5 h 50 min")), ("ko", ("2시간", "5시간 50분"))]
)
def test_the_case_can_be_told_whole(
    case: dict[str, Any], language: str, lengths: tuple[str, str]
) -> None:
    post = recorded(case, language)
    published(post, by=User.objects.get(name="Author"))
    page = read("/postmortems/case/")
    text, tree = words(page), html5lib.parse(page, namespaceHTMLElements=False)
    told = [case["front_matter"]["title"], case["front_matter"]["description"]]
    told += case["affected"] + case["people"]
    for row in case["timeline"]:
        told += [row["what"], row.get("expected", ""), row.get("actual", ""), row.get("at", "")]
    told += [word for part in case["feelings"].values() for word in part]
    told += [row["heading"] for row in case["improvement_points"]]
    told += [strategy for _parent, strategy in strategies_of(case)]
    for action in case["action_items"]:
        told += [action["text"], *action.get("under", [])]
    told += [line for part in case["summary"].values() for line in part]
    assert [piece for piece in told if " ".join(piece.split()) not in text] == []

    # The facts under the title, by what they are.
    facts = ["".join(cell.itertext()) for cell in tree.findall(".//dl[@class='facts']//dd")]
    assert facts[0] == lengths[0]
    assert facts[1].endswith(lengths[1]) or lengths[1] in facts[1]
    assert len(tree.findall(".//*[@class='try']")) == sum(
        row["kind"] == "attempt" for row in case["timeline"]
    )
    nested = {
        ("".join(item.text or "").strip(), (under.text or "").strip())
        for item in tree.iter("li")
        for under in item.findall("./ul/li")
    }
    assert {pair for pair in strategies_of(case) if pair[0]} <= nested

    document = post.revisions.get().document
    assert document["durations"]["detect"]["seconds"] == 2 * 3600
    assert document["durations"]["resolve"]["seconds"] == 5 * 3600 + 50 * 60
    actions = next(part for part in document["sections"] if part["kind"] == "actions")["actions"]
    assert [(row["trigger"], row["text"]) for row in actions] == [
        (TRIGGERS[row["trigger"]], row["text"]) for row in case["action_items"]
    ]
