"""A rich report of invented rows, hostile text on purpose: what report tests and gold files are made from."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from monitor.comparison import compare
from monitor.model import (
    Brief,
    Claim,
    Cost,
    Figures,
    Gap,
    GapCitation,
    Group,
    Image,
    Input,
    Interval,
    Label,
    LeftOut,
    Point,
    PostCitation,
    PostId,
    ReadCitation,
    ReadWindow,
    Related,
    Report,
    SourceHealth,
    Span,
    StoryId,
    Tally,
    TombstoneCitation,
    Tones,
)
from tests.builders import NOON, post, sentiment, story, understood

if TYPE_CHECKING:
    from monitor.model import Answer, ClaimKind, Story, Understood

FERRY = StoryId("ferry")
WINDOW = Span(since=NOON - timedelta(hours=3), until=NOON + timedelta(hours=5))
STORY = story(
    title='County closes the Sundvik ferry <in April> & "nothing" replaces it',
    image=Image(url="https://news.example/ferry.jpg", caption="The ferry at *dusk*", ai_generated=True),
)
GAP = Gap(source="bluesky", query=None, since=NOON, until=NOON + timedelta(hours=2), reason="HTTP 429")
ROWS: tuple[Understood, ...] = (
    understood(post("p1", by="anna", minutes=-150)),
    understood(
        post("p2", by="bo", minutes=-90, text="Cutting the ferry & calling it *progress* is <b>bold</b>\nat best.")
    ),
    understood(
        post("p3", by="carl", minutes=-20, platform="bluesky", text="Without a car deck my milk turns sour 😡")
    ),
    understood(
        post("p4", by="dina", minutes=10, text="העבורת יקרה מדי, הסירה זולה יותר לכולם", lang="he"),
        sentiment=sentiment("positive"),
    ),
    understood(
        post("p5", by="eva", minutes=45, text="Finally! The fast boat is cheaper and cleaner than the old ferry."),
        sentiment=sentiment("positive"),
    ),
    understood(
        post(
            "p6",
            by="courier",
            minutes=-175,
            text="County closes the Sundvik ferry in April",
            url="javascript:alert(1)",
        ),
        kind="reporting",
    ),
    understood(post("p7", by="fred", minutes=100, text="Ring me on 22 33 44 55 about the ferry")),
    understood(
        post("p8", by="gro", minutes=130, text="배가 없으면 섬은 끝이다", lang="ko"),
        sentiment=None,
        not_scored="ko",
    ),
    understood(
        post("p9", by="hal", minutes=200, author=None, url=None, text="Is there a boat at night?"), kind="question"
    ),
)


def cite(post_id: str, quote: str | None = None) -> PostCitation:
    """Cite one of ROWS."""
    row = next(row for row in ROWS if row.post.id == post_id)
    return PostCitation(
        post=row.post.id, url=row.post.url, quote=quote, language=row.finding.language if quote else None
    )


def claim(kind: ClaimKind, *citations: Any, words: dict[str, Any] | None = None, **numbers: float) -> Claim:
    """A claim, its numbers by name."""
    return Claim(
        kind=kind,
        numbers=tuple(numbers.items()),
        words=tuple((words or {}).items()),
        citations=citations or (cite("p1"),),
    )


def group_claim(group_id: str, *citations: Any, voices: int, of: int, **words: Any) -> Claim:
    """A claim about a group of as many posts as voices."""
    said = {"group": group_id, "label": (), "language": "en", "stance": "neither", "tone": "", "roles": ()} | words
    return claim("group", *citations, words=said, voices=voices, posts=voices, of=of)


VOLUME = claim(
    "volume", cite("p6"), cite("p1"), cite("p2"),
    words={"qualifier": "limited", "platforms": ("x", "bluesky")},
    posts=31, voices=23, opinions=14, reporting_posts=9,
)  # fmt: skip
REPORTING = claim(
    "reporting", cite("p6", "County closes the Sundvik ferry in April"),
    words={"outlets": ("Fjord Courier", "<i>Kyst</i> & Fjell")}, accounts=8, posts=9, copies=12,
)  # fmt: skip
CRITICAL = group_claim(
    "p1", cite("p1", "The ferry must stay, how else do we get the sheep across?"), cite("p2"), cite("p3"),
    voices=7, of=14, tone="negative", label=("sheep", "milk", "deck"), roles=("analyst",),
)  # fmt: skip
POSITIVE = group_claim(
    "p4", cite("p5", "The fast boat is cheaper and cleaner than the old ferry."), cite("p4"),
    voices=4, of=14, tone="positive", label=("cheaper", "boat"),
)  # fmt: skip
KOREAN = group_claim(
    "p8",
    cite("p8", "배가 없으면 섬은 끝이다"),
    voices=3,
    of=14,
    language="ko",
    label=("배가", "섬은"),
    not_scored="yes",
)
MINORITY = claim(
    "minority", cite("p5"), voices=4, of=14,
    words={"group": "p4", "label": ("cheaper", "boat"), "stance": "neither", "tone": "positive", "language": "en"},
)  # fmt: skip
LEFT = (
    claim("copies", cite("p6"), originals=1, copies=12, top=12),
    claim(
        "flood", cite("p2"), posts=300, left_out=299, accounts=280, minutes=40,
        words={"reason": "near-identical", "new_accounts": "yes"},
    ),
    claim("loud_account", cite("p2"), posts=12, of=31, left_out=11),
    claim("not_scored", cite("p8"), posts=3, voices=3, words={"languages": ("ko",)}),
    claim("languages", cite("p1"), cite("p8"), words={}, en=20, ko=3),
    claim("withheld", cite("p7"), posts=1, words={"reasons": ("phone",)}),
    claim("deleted", TombstoneCitation(story=FERRY, count=2), posts=2),
    claim("elsewhere", cite("p9"), posts=6),
    claim("gap", GapCitation(gap=GAP), gaps=1, words={"source": "bluesky", "reason": "HTTP 429"}),
)  # fmt: skip
CLAIMS = (VOLUME, REPORTING, CRITICAL, POSITIVE, KOREAN, MINORITY, claim("no_change", now=14, before=12), *LEFT)
FIGURES = Figures(
    people=23,
    posts=31,
    opinion_posts=15,
    opinion_voices=14,
    reporting_posts=9,
    question_posts=4,
    other_posts=3,
    raw=Tones(negative=308, neutral=15, positive=5, unclear=15),
    by_voice=Tones(negative=7, neutral=8, positive=5, unclear=3),
    opinions=Tones(negative=7, positive=4, unclear=3),
    net=Interval(low=-0.7, value=-0.21, high=0.3, level=0.9),
    languages=(("en", 20), ("ko", 3)),
    platforms=(("x", 18), ("bluesky", 6)),
)


def group(group_id: str, quote: PostCitation | None, **changes: Any) -> Group:
    """A group of one language and no stance."""
    made = Group(
        id=PostId(group_id), label=(), language="en", stance="neither", tone="negative", voices=7,
        posts=(PostId(group_id),), quote=quote,
    )  # fmt: skip
    return replace(made, **changes)


GROUPS = (
    group(
        "p1", cite("p1", "The ferry must stay, how else do we get the sheep across?"),
        label=("sheep", "milk", "deck"), posts=(PostId("p1"), PostId("p2")), roles=(("analyst", PostId("p2")),),
    ),
    group(
        "p4", cite("p5", "The fast boat is cheaper and cleaner than the old ferry."),
        label=("cheaper", "boat"), tone="positive", voices=4,
    ),
    group("p8", None, label=("배가", "섬은"), language="ko", tone=None, voices=3),
)  # fmt: skip


def brief(**changes: Any) -> Brief:
    """The brief about the ferry."""
    made = Brief(
        story=FERRY,
        window=WINDOW,
        as_of=NOON + timedelta(hours=5),
        qualifier="limited",
        voices=23,
        posts=31,
        figures=FIGURES,
        groups=GROUPS,
        split=False,
        minority=PostId("p4"),
        claims=CLAIMS,
        left_out=LeftOut(
            copies=12,
            flood=299,
            loud_account=11,
            not_scored=3,
            withheld=1,
            deleted=2,
            elsewhere=6,
            dropped_claims=1,
        ),
        gaps=(GAP,),
        reads=(ReadWindow(source="x", query="ferry", since=WINDOW.since, until=WINDOW.until, at=NOON),),
        inputs=tuple(
            Input(post=row.post.id, text_hash=row.post.text_hash, finding=row.finding.version) for row in ROWS
        ),
        tombstones=2,
        written_by="rules",
        previous="0123456789abcdef",
    )
    return replace(made, **changes)


def empty_brief(**changes: Any) -> Brief:
    """The brief where two sources were read and nothing was found."""
    reads = tuple(
        ReadWindow(source=name, query="ferry", since=WINDOW.since, until=WINDOW.until, at=NOON)
        for name in ("x", "bluesky")
    )
    proof = [ReadCitation(source=r.source, query=r.query, since=r.since, until=r.until) for r in reads]
    none = Tones()
    nothing = claim(
        "volume",
        *proof,
        words={"qualifier": "none", "platforms": ()},
        posts=0,
        voices=0,
        opinions=0,
        reporting_posts=0,
    )
    figures = replace(
        FIGURES, people=0, posts=0, opinion_posts=0, opinion_voices=0, reporting_posts=0, question_posts=0,
        other_posts=0, raw=none, by_voice=none, opinions=none, net=None, languages=(), platforms=(),
    )  # fmt: skip
    base = brief(
        qualifier="none", voices=0, posts=0, figures=figures, groups=(), minority=None, claims=(nothing,),
        left_out=LeftOut(), gaps=(), reads=reads, inputs=(), tombstones=0, previous=None,
    )  # fmt: skip
    return replace(base, **changes)


def label(row: Understood, answer: Answer, **changes: Any) -> Label:
    """What Kari said of a post, read blind an hour after noon."""
    made = Label(
        post=row.post.id,
        story=FERRY,
        who="kari",
        answer=answer,
        at=NOON + timedelta(hours=1),
        text_hash=row.post.text_hash,
        finding=row.finding.version,
        stratum=row.finding.sentiment.label if row.finding.sentiment else "not scored",
        of=3,
    )
    return replace(made, **changes)


LABELS = (label(ROWS[0], "negative"), label(ROWS[2], "not about it"), label(ROWS[4], "positive", who="ola"))

SOURCES = (
    SourceHealth(
        source="x",
        tally=Tally(stored=330, duplicate=4, quarantined=1, deleted=2),
        cost=Cost(requests=4, posts=337, microdollars=1_685_000),
    ),
    SourceHealth(source="bluesky", tally=Tally(stored=9), cost=Cost(requests=1), problem="HTTP 429"),
)


def points() -> tuple[Point, ...]:
    """Eight hours, two of them not read."""
    posts = ((3, 1, 1), (2, 2, 0), (5, 1, 2), (1, 0, 1), (0, 0, 0), (4, 2, 3), (2, 1, 0), (0, 0, 0))
    begin = NOON - timedelta(hours=3)
    return tuple(
        Point(
            since=begin + timedelta(hours=hour),
            until=begin + timedelta(hours=hour + 1),
            posts=sum(tones),
            negative=tones[0],
            neutral=tones[1],
            positive=tones[2],
            unread=hour in {3, 4},
        )
        for hour, tones in enumerate(posts)
    )


RELATED = (
    Related(
        story=StoryId("toll"),
        title='Council doubles the <toll> & "nobody" asks',
        language="en",
        line="Limited discussion on X: 12 posts by 11 people on 3 February 2026; 10 people give an opinion.",
        brief="00112233445566aa",
        as_of=NOON + timedelta(hours=4),
        written_by="rules",
        words=("Sundvik", "ferry"),
        posts=1,
        addresses=2,
        voices=5,
        folder="council-doubles-the-toll-0a1b2c3d",
    ),
    Related(
        story=StoryId("boat"),
        title="הסירה החדשה",
        language="he",
        line="No posts found about this story on 3 February 2026.",
        brief="00112233445566bb",
        as_of=NOON + timedelta(hours=5),
        written_by="model acme-7",
        addresses=1,
    ),
)


def earlier(**changes: Any) -> Brief:
    """The brief that was published two hours before that about the ferry."""
    base = brief(
        as_of=NOON + timedelta(hours=3),
        qualifier="very limited",
        previous=None,
        figures=replace(FIGURES, people=20, posts=26, opinion_voices=9, languages=(("en", 20),)),
        groups=(
            replace(GROUPS[0], voices=5),
            replace(GROUPS[1], stance="oppose", voices=4),
            group("p9", None, label=("<i>night</i>", "boat"), posts=(PostId("p9"),), tone="neutral", voices=2),
        ),
        split=True,
        minority=None,
        gaps=(replace(GAP, source="mastodon"),),
    )
    return replace(base, **changes)


def report(about: Story = STORY, *, rows: tuple[Understood, ...] = ROWS, **changes: Any) -> Report:
    """The report about the ferry, made by the same step as every report."""
    from jobs.publish import assemble  # noqa: PLC0415 -- only what needs a report needs the step

    said = changes.pop("brief", brief())
    made = assemble(
        said, about, rows, SOURCES, language="en", time_zone="Europe/Oslo",
        store_path="../store.db", notes=("Invented rows, written for the tests (CC0).",),
        labels=LABELS,
    )  # fmt: skip
    changed: dict[str, Any] = {
        "timeline": points(),
        "versions": (("monitor", "1.2.3"),),
        "related": RELATED,
        "changes": compare(earlier(), said) if said.previous else None,
    } | changes
    return replace(made, **changed)
