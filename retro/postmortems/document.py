"""The shape of a postmortem's document: everything a stranger can see of it, as plain data.

A revision freezes one of these as JSON. Text that was typed as Markdown stays Markdown here
(keys ending in ``_md``) and becomes safe HTML when the article is drawn. Times are ISO 8601 in
UTC; the article shows them in ``time_zone``. People appear only as they chose to be shown.
"""

from typing import Any, Literal, NotRequired, TypedDict


class Picture(TypedDict):
    url: str  # "/files/<uuid>.png" once published; the desk's own address in a preview
    alt: str
    caption: str
    width: int
    height: int


class File(TypedDict):
    url: str
    name: str
    size: int  # bytes


class Link(TypedDict):
    url: str
    title: str  # may be empty: show the host then


class Attempt(TypedDict):
    expected_md: str
    actual_md: str
    outcome: str  # worked, partly, failed, misleading, or empty


class Entry(TypedDict):
    id: str  # "t1", "t2" …: its anchor on the page
    kind: str  # event, observation, decision, attempt, communication
    starts_at: str | None
    ends_at: str | None
    approximate: bool
    heading: str
    body_md: str
    milestone: str  # started, detected, declared, mitigated, resolved, or empty
    attempt: Attempt | None
    links: list[Link]
    pictures: list[Picture]
    files: list[File]


class Moment(TypedDict):
    """The timeline entry that a feeling or an improvement point speaks of."""

    id: str  # the entry's anchor
    starts_at: str | None
    approximate: bool
    label: str  # its heading, or the first words of its body


class Feeling(TypedDict):
    words: list[str]
    needs: list[str]
    body_md: str
    by: str  # name or role; empty when anonymous or shown as nobody
    moment: Moment | None


class Strategy(TypedDict):
    text: str
    children: list[Any]  # of Strategy


class Point(TypedDict):
    number: int
    heading: str
    body_md: str
    moments: list[Moment]
    before: list[Strategy]
    after: list[Strategy]


class Lesson(TypedDict):
    kind: str  # went_well, got_lucky, surprised_us, open_question
    text: str


class Action(TypedDict):
    kind: str  # task, practice
    trigger: str  # always, before, after; for practices
    text: str
    owner: str  # as shown in public; may be empty
    due: str | None  # ISO date
    priority: str
    minimum_goal: str
    full_goal: str
    expected_result: str
    actual_result: str
    state: str  # open, in_progress, done, verified, declined
    declined_reason: str


class Duration(TypedDict):
    state: Literal["recorded", "pending", "contradictory"]
    seconds: int | None  # only when recorded
    approximate: bool


class Section(TypedDict):
    """One section, in the order of the page. Exactly one of the lists is there, by ``kind``."""

    kind: str  # story, feelings, improvements, lessons, actions, summary
    entries: NotRequired[list[Entry]]
    feelings: NotRequired[list[Feeling]]
    points: NotRequired[list[Point]]
    lessons: NotRequired[list[Lesson]]
    actions: NotRequired[list[Action]]
    text_md: NotRequired[str]


class Document(TypedDict):
    schema: int  # 1
    title: str
    slug: str
    description: str
    language: str  # en, ko: of the headings and of the text
    time_zone: str
    day: str  # ISO date of the incident
    severity: int | None
    services: list[str]
    people: list[str]  # names or roles, as they are shown
    team: str
    categories: list[str]
    tags: list[str]
    keywords: list[str]
    durations: dict[str, Duration]  # detect, mitigate, resolve
    sections: list[Section]  # empty ones are left out
    # For the drawn timeline, whether or not the story section appears.
    moments: list[Entry]
