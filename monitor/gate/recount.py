"""The gate's own counting: the same rows counted a second time, by other code than that which wrote the brief.

It shares only the rules of what a single post may be (model, privacy) with `figures` and `claims`, no counting.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING

from monitor import intervals
from monitor.labels import handles_in
from monitor.model import Figures, LeftOut, Tones
from monitor.privacy import must_withhold

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from monitor.model import Evidence, Finding, Group, PostId, Qualifier, Understood, VoiceId

_DAWN = datetime(1, 1, 1, tzinfo=UTC)
_ALONE = "one account"


def of_tone(finding: Finding) -> str:
    """Return the tone of one post, "unclear" where it has none that counts."""
    if finding.sentiment is None or finding.sentiment.unclear:
        return "unclear"
    return finding.sentiment.label


def winner(votes: Iterable[str]) -> str:
    """Return the vote that stands above every other, "unclear" where none does."""
    count: dict[str, int] = {}
    for vote in votes:
        count[vote] = count.get(vote, 0) + 1
    top = max(count.values(), default=0)
    best = [vote for vote, number in count.items() if number == top]
    return best[0] if len(best) == 1 else "unclear"


class Recount:
    """What the rows of one story amount to; every list oldest first."""

    def __init__(self, evidence: Evidence) -> None:
        self.evidence = evidence
        self.sound: list[Group] = []
        """The groups that have been checked and hold."""
        mine = evidence.story.id
        self.rows: dict[PostId, Understood] = {}
        self.linked: list[Understood] = []
        self.own: list[Understood] = []
        self.elsewhere: list[Understood] = []
        for row in sorted(evidence.rows, key=lambda row: (row.post.created_at or _DAWN, row.post.id)):
            link = row.finding.link
            self.rows[row.post.id] = row
            if link is not None and link.story == mine:
                self.linked.append(row)
                if row.finding.copy_of is None and row.finding.flood is None:
                    self.own.append(row)
            elif link is None and row.finding.elsewhere == mine:
                self.elsewhere.append(row)

    def of_kind(self, kind: str) -> list[Understood]:
        """Return the rows of one kind that count."""
        return [row for row in self.own if row.finding.kind == kind]

    @cached_property
    def opinions(self) -> list[Understood]:
        return self.of_kind("opinion")

    @cached_property
    def opinion_posts(self) -> frozenset[PostId]:
        return frozenset(row.post.id for row in self.opinions)

    @cached_property
    def handles(self) -> frozenset[str]:
        """The handles of all who speak or are named, which no label may have."""
        return handles_in(self.own)

    @cached_property
    def withheld(self) -> dict[PostId, str]:
        found = {}
        for row in self.own:
            why = must_withhold(row.post.text)
            if why is not None:
                found[row.post.id] = why
        return found

    @staticmethod
    def people(rows: Iterable[Understood]) -> int:
        """Return how many voices wrote `rows`."""
        seen: set[VoiceId] = set()
        for row in rows:
            seen.add(row.finding.voice)
        return len(seen)

    def _votes(self, rows: Iterable[Understood], vote: Callable[[Finding], str]) -> dict[VoiceId, str]:
        cast: dict[VoiceId, list[str]] = {}
        for row in rows:
            cast.setdefault(row.finding.voice, []).append(vote(row.finding))
        return {voice: winner(votes) for voice, votes in cast.items()}

    @cached_property
    def tone_of_each(self) -> dict[VoiceId, str]:
        """The tone of each voice with an opinion: a tone, unclear or not scored."""
        return self._heard(self.opinions)

    @staticmethod
    def _heard(rows: Iterable[Understood]) -> dict[VoiceId, str]:
        heard: dict[VoiceId, list[str]] = {}
        for row in rows:
            votes = heard.setdefault(row.finding.voice, [])
            if row.finding.sentiment is not None:
                votes.append(of_tone(row.finding))
        return {voice: winner(votes) if votes else "not scored" for voice, votes in heard.items()}

    @cached_property
    def stand(self) -> dict[VoiceId, str]:
        """Where each voice with an opinion stands: support, oppose, neither, unclear or not scored."""
        return self._votes(self.opinions, self.standing)

    def standing(self, finding: Finding) -> str:
        """Return where one opinion stands."""
        if finding.stance != "neither":
            return finding.stance
        if finding.sentiment is None:
            return "not scored"
        tone = of_tone(finding)
        if tone == "unclear":
            return "unclear"
        return self.side("neither", tone) or "neither"

    def side(self, stance: str, tone: str | None) -> str | None:
        """Return "support" or "oppose" for a stance with a tone, None for neither."""
        if stance != "neither":
            return stance
        if self.told_by == "stance":
            return None
        return {"negative": "oppose", "positive": "support"}.get(tone or "")

    @cached_property
    def told_by(self) -> str:
        """Return what tells the sides apart; stance alone where half of the voices or more take one."""
        taking = self.people(row for row in self.opinions if row.finding.stance != "neither")
        if 2 * taking >= self.people(self.opinions):
            return "stance"
        return "stance and tone" if taking else "tone"

    def standing_at(self, where: str) -> int:
        """Return how many voices stand at `where`."""
        return sum(1 for stand in self.stand.values() if stand == where)

    @cached_property
    def split(self) -> bool:
        return headline_of(self.standing_at("support"), self.standing_at("oppose")) == "split"

    @cached_property
    def flip(self) -> int | None:
        """How few voices on a side would have to take the other for the headline to change."""
        support, oppose = self.standing_at("support"), self.standing_at("oppose")
        told, everyone = headline_of(support, oppose), support + oppose
        other = (n for n in range(everyone + 1) if headline_of(n, everyone - n) != told)
        return min((abs(n - support) for n in other), default=None)

    def posts_at(self, where: str) -> list[Understood]:
        """Return all posts with an opinion that stand at `where`, each by itself, copies and floods too."""
        return [row for row in self.linked if row.finding.kind == "opinion" and self.standing(row.finding) == where]

    def minority(self, groups: Iterable[Group]) -> PostId | None:
        """Return the largest group of three or more voices against the leading side, None where there is none."""
        support, oppose = self.standing_at("support"), self.standing_at("oppose")
        if self.split or support == oppose:
            return None
        against = "support" if oppose > support else "oppose"
        for group in sorted(groups, key=lambda group: -group.voices):
            if group.voices >= 3 and self.side(group.stance, group.tone) == against:  # noqa: PLR2004 - likewise
                return group.id
        return None

    @cached_property
    def qualifier(self) -> Qualifier:
        if not self.linked and not self.evidence.reads:
            return "not measured"
        opinions = self.people(self.opinions)
        if opinions >= 100:  # noqa: PLR2004 - the steps of PRODUCT's qualifier
            return "extensive" if opinions >= 400 else "active"  # noqa: PLR2004
        if opinions >= 10:  # noqa: PLR2004
            return "moderate" if opinions >= 30 else "limited"  # noqa: PLR2004
        return "very limited" if opinions else "none"

    @cached_property
    def figures(self) -> Figures:
        opinions = self._tones(self.tone_of_each.values())
        everyone = self.people(self.opinions)
        mostly_unscored = opinions.unclear > everyone / 2
        return Figures(
            people=self.people(self.own),
            posts=len(self.own),
            opinion_posts=len(self.opinions),
            opinion_voices=everyone,
            reporting_posts=len(self.of_kind("reporting")),
            question_posts=len(self.of_kind("question")),
            other_posts=len(self.of_kind("other")),
            raw=self._tones(of_tone(row.finding) for row in self.linked),
            by_voice=self._tones(self._heard(self.own).values()),
            opinions=opinions,
            net=None
            if mostly_unscored
            else intervals.net(opinions.positive, opinions.negative, everyone, read_by=self.read_by),
            languages=self.spread(self.own, lambda row: row.finding.language),
            platforms=self.spread(self.own, lambda row: row.post.platform),
            flip=self.flip,
        )

    @cached_property
    def read_by(self) -> dict[str, int]:
        """How many opinions each scorer read."""
        found: dict[str, int] = {}
        for row in self.opinions:
            if row.finding.sentiment is not None:
                found[row.finding.sentiment.scorer] = found.get(row.finding.sentiment.scorer, 0) + 1
        return found

    @staticmethod
    def _tones(votes: Iterable[str]) -> Tones:
        every = list(votes)
        return Tones(
            negative=every.count("negative"),
            neutral=every.count("neutral"),
            positive=every.count("positive"),
            unclear=every.count("unclear") + every.count("not scored"),
        )

    def spread(self, rows: Iterable[Understood], by: Callable[[Understood], str]) -> tuple[tuple[str, int], ...]:
        """Return how many voices there are for each value, most first, ties by name."""
        heard = [name for name, _ in {(by(row), row.finding.voice) for row in rows}]
        counted = [(name, heard.count(name)) for name in sorted(set(heard))]
        counted.sort(key=lambda pair: pair[1], reverse=True)
        return tuple(counted)

    @cached_property
    def left_out(self) -> LeftOut:
        out = {"copies": 0, "flood": 0, "loud_account": 0}
        for row in self.linked:
            if row.finding.flood == _ALONE:
                out["loud_account"] += 1
            elif row.finding.flood is not None:
                out["flood"] += 1
            elif row.finding.copy_of is not None:
                out["copies"] += 1
        return LeftOut(
            **out,
            not_scored=sum(1 for row in self.opinions if row.finding.sentiment is None),
            unclear=sum(1 for tone in self.tone_of_each.values() if tone == "unclear"),
            withheld=len(self.withheld),
            deleted=self.evidence.tombstones,
            elsewhere=len(self.elsewhere),
        )

    @cached_property
    def repeats(self) -> dict[PostId, list[Understood]]:
        """The copies of each root that are no flood."""
        found: dict[PostId, list[Understood]] = {}
        for row in self.linked:
            if row.finding.copy_of is not None and row.finding.flood is None:
                found.setdefault(row.finding.copy_of, []).append(row)
        return found

    @cached_property
    def campaigns(self) -> dict[PostId, list[Understood]]:
        """The flooding posts of many accounts, by the post that they repeat."""
        found: dict[PostId, list[Understood]] = {}
        for row in self.linked:
            if row.finding.flood not in (None, _ALONE):
                found.setdefault(row.finding.copy_of or row.post.id, []).append(row)
        return found

    @cached_property
    def spoken(self) -> Mapping[VoiceId, list[Understood]]:
        """The own words of each voice, floods included."""
        found: dict[VoiceId, list[Understood]] = {}
        for row in self.linked:
            if row.finding.copy_of is None:
                found.setdefault(row.finding.voice, []).append(row)
        return found

    def loud(self) -> dict[VoiceId, list[Understood]]:
        """Return the posts (reporting apart) of each voice with five or more that are a fifth of all own words."""
        every = sum(len(said) for said in self.spoken.values())
        found = {}
        for voice, said in self.spoken.items():
            told = [row for row in said if row.finding.kind != "reporting"]
            if len(told) >= 5 and 5 * len(told) >= every:  # noqa: PLR2004 - five posts, a fifth
                found[voice] = told
        return found


def headline_of(support: int, oppose: int) -> str:
    """Return "split", the side that has more, or "even"."""
    fewer, more = min(support, oppose), max(support, oppose)
    if fewer >= 5 and 4 * fewer >= 3 * more:  # noqa: PLR2004 - PRODUCT, rule 4
        return "split"
    if fewer == more:
        return "even"
    return "support" if more == support else "oppose"


def minutes_between(rows: Iterable[Understood]) -> int:
    """Return the whole minutes from the first to the last of `rows`, begun ones counted; 0 without times."""
    times = sorted(row.post.created_at for row in rows if row.post.created_at is not None)
    if not times:
        return 0
    whole, rest = divmod(times[-1] - times[0], timedelta(minutes=1))
    return max(1, whole + bool(rest))


def mostly_new(rows: Iterable[Understood]) -> bool:
    """Whether more than half of `rows` come from accounts younger than 30 days."""
    ages = []
    for row in rows:
        known = row.post.author.created_at if row.post.author is not None else None
        posted = row.post.created_at
        ages.append(known is not None and posted is not None and (posted - known) < timedelta(days=30))
    return 2 * sum(ages) > len(ages)
