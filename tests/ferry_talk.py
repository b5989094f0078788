"""An invented talk about a ferry that closes, rich enough for every kind of claim."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from monitor.claims import write_brief
from monitor.model import (
    Author,
    Evidence,
    Gap,
    PostId,
    ReadWindow,
    Role,
    Span,
    StoryId,
    Understood,
    VoiceId,
)
from tests.builders import NOON, author, post, sentiment, story, understood

AGAINST = (
    "Without the ferry our sheep never reach the summer pasture.",
    "The farmers lose their pasture and the sheep stay behind.",
    "How do the sheep get to pasture when no car deck sails?",
    "Closing it means empty farms, and nobody will buy our sheep.",
    "I fear for the pasture, the sheep and the school bus alike.",
    "They forgot the farmers again, and the pasture goes to waste.",
)
IN_FAVOUR = (
    "A fast boat is cheaper, and the county saves real money.",
    "Good decision, the county spends less money and the boat is faster.",
    "Glad that the money goes to the clinic instead of an empty deck.",
    "The fast boat is fine by me, it saves money every single day.",
)
UNTIL = NOON + timedelta(days=1)


def said(name: str, text: str, tone: str = "negative", *, minutes: int = 0, **changes: Any) -> Understood:
    """One opinion of the account `name`."""
    made = post(f"p-{name}", by=name, text=text, minutes=minutes, lang=changes.get("language", "en"))
    return understood(made, **({"sentiment": sentiment(tone)} | changes))


def against(count: int, first: int = 0) -> list[Understood]:
    """Opinions of `count` people who oppose."""
    return [
        said(f"a{n:03d}", f"{AGAINST[n % 6]} Signed, number {n}.", minutes=n, stance="oppose")
        for n in range(first, first + count)
    ]


def in_favour(count: int) -> list[Understood]:
    """Opinions of `count` people who support."""
    return [
        said(f"s{n:03d}", f"{IN_FAVOUR[n % 4]} Regards from house {n}.", "positive", minutes=n, stance="support")
        for n in range(count)
    ]


def copy(of: Understood, name: str, **changes: Any) -> Understood:
    """A repost of `of` by the account `name`."""
    made = replace(of.post, id=PostId(f"p-{name}"), author=author(name), created_at=NOON + timedelta(hours=3))
    finding = replace(
        of.finding, post=made.id, voice=VoiceId(f"x:u-{name}"), copy_of=of.post.id, copy_reason="repost"
    )
    return Understood(post=made, finding=replace(finding, **changes))


def evidence(rows: list[Understood] | tuple[Understood, ...] = (), **changes: Any) -> Evidence:
    """`rows` about the ferry, read from one source, on the evening of the next day."""
    made = Evidence(
        story=story(),
        window=Span(since=NOON, until=UNTIL),
        as_of=UNTIL,
        rows=tuple(rows),
        reads=(ReadWindow(source="x", query="ferry", since=NOON, until=UNTIL, at=UNTIL),),
    )
    return replace(made, **changes)


def rich(*, oppose: int = 24, support: int = 22) -> Evidence:
    """All at once: two sides, copies, a campaign, a loud account, three languages, gaps, an earlier brief."""
    no, yes = against(oppose), in_favour(support)
    no[1] = replace(no[1], finding=replace(no[1].finding, role=Role(name="analyst", words="transport analyst")))
    outlet = post(
        "p-news", by="fjordcourier", text="County closes the Sundvik ferry in April, boat takes over", minutes=5
    )
    report = understood(
        outlet, kind="reporting", role=Role(name="outlet", words="newspaper"), sentiment=sentiment("neutral")
    )
    other = said("news2", "The last car ferry sails on 31 March, says the county", "neutral", kind="reporting")
    root = said("bot0", "Sundvik needs NO ferry at all, close it today", minutes=200, stance="support")
    bots = [
        replace(
            copy(root, f"bot{n}", flood="near-identical"),
            post=replace(
                root.post,
                id=PostId(f"p-bot{n}"),
                author=Author(id=f"u-bot{n}", handle=f"bot{n}", created_at=NOON - timedelta(days=2)),
                created_at=NOON + timedelta(minutes=200, seconds=n),
            ),
        )
        for n in range(1, 8)
    ]
    loud = [
        replace(
            said(f"loud{n}", f"Shame on the county, reason number {n} of many", minutes=300 + n, stance="oppose"),
            post=post(
                f"p-loud{n}", by="loud", text=f"Shame on the county, reason number {n} of many", minutes=300 + n
            ),
        )
        for n in range(20)
    ]
    loud = [
        replace(
            row,
            finding=replace(row.finding, voice=VoiceId("x:u-loud"), flood="one account" if n else None),
        )
        for n, row in enumerate(loud)
    ]
    rows = [
        *no, *yes, report, other, copy(report, "sharer"), copy(report, "sharer2"), copy(no[0], "echo"), root, *bots,
        *loud,
        said("ko1", "페리가 없어지면 어떻게 하나요", language="ko", sentiment=None, not_scored="no scorer"),
        said("nb1", "Ferga må bestå, ellers flytter ungdommen herfra.", language="nb", stance="oppose"),
        said("un1", "Hmm, well, we will see about all of that", sentiment=sentiment("neutral", unclear=True)),
        said("pii", "Call the mayor at 202-555-0143 and tell her the truth"),
        said("q1", "Does anybody know when the last boat leaves?", "neutral", kind="question"),
        said("wine", "The ferry wine bar has a nice red", "positive", link=None, elsewhere=StoryId("ferry")),
    ]  # fmt: skip
    then = write_brief(evidence(in_favour(60)))
    gaps = (
        Gap(source="x", query="ferry", since=NOON, until=UNTIL, reason="sampled", read=31, of_about=210),
        Gap(source="rss", query=None, since=NOON, until=None, reason="timed out"),
    )
    return evidence(rows, gaps=gaps, tombstones=2, previous=then, history=tuple(range(20, 36)))
