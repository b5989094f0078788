"""The values that flow through the product: what was seen, what was understood, what is said.

Times are UTC-aware. Ids are kept verbatim, as text. Collections are tuples. `None` means unknown
unless the docstring says otherwise. What a value must hold is checked once, when it is built.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Literal, NewType, TypeAlias

StoryId = NewType("StoryId", str)
PostId = NewType("PostId", str)
VoiceId = NewType("VoiceId", str)

Kind: TypeAlias = Literal["reporting", "opinion", "question", "other"]
Tone: TypeAlias = Literal["negative", "neutral", "positive"]
Stance: TypeAlias = Literal["support", "oppose", "neither"]
Answer: TypeAlias = Literal["negative", "neutral", "positive", "not about it", "skipped"]
"""What a person says of a post read blind; "skipped" says nothing."""
Vote: TypeAlias = Literal["negative", "neutral", "positive", "unclear", "not scored"]
"""The tone of one voice."""
LinkReason: TypeAlias = Literal["url", "thread", "words", "meaning", "query"]
Qualifier: TypeAlias = Literal["none", "very limited", "limited", "moderate", "active", "extensive", "not measured"]
ClaimKind: TypeAlias = Literal[
    "volume", "reporting", "post", "group", "split", "minority", "no_minority", "loud_minority", "change",
    "no_change", "copies", "flood", "loud_account", "not_scored", "unclear", "languages", "withheld", "deleted",
    "elsewhere", "gap",
]  # fmt: skip
"""The kinds of claim, in the order of the paragraph. There is one `post` claim a post where there are 1-4."""

NEVER_READ = "never read"
"""The reason of the gap that stands where no source was read at all for a time; its source is "all"."""

_FOLDER = re.compile("[a-z0-9-]{1,100}")  # what may stand in a link to another report

NumberValue: TypeAlias = int | float
WordValue: TypeAlias = str | tuple[str, ...]


def digest(value: object) -> str:
    """Return 16 hex digits of SHA-256 over the canonical JSON of `value`: the same value, the same digits."""
    text = _CANONICAL.encode(value)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    raise TypeError(f"no canonical JSON for {type(value).__name__}")


# One for all: `json.dumps` makes a new one at each call.
_CANONICAL = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=_plain)


def _aware(name: str, *times: datetime | None) -> None:
    for time in times:
        if time is not None and time.utcoffset() != timedelta(0):
            raise ValueError(f"{name}: times are UTC-aware, got {time!r}")


# --- What was seen -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """The picture of a story. ai_generated: None where the source does not say."""

    url: str
    caption: str | None = None
    ai_generated: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """One news event a team follows. target: what stance is toward; None means its main proposal or actor.

    query: the team's own search words; None means that they are made from the title.
    """

    id: StoryId
    title: str
    lead: str = ""
    body: str = ""
    url: str | None = None
    publisher: str | None = None
    published_at: datetime | None = None
    language: str | None = None
    image: Image | None = None
    target: str | None = None
    query: str | None = None

    def __post_init__(self) -> None:
        _aware("Story", self.published_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """Another outlet's piece about the event of a story. id: as its source names it."""

    id: StoryId
    story: StoryId
    title: str
    url: str | None = None
    publisher: str | None = None
    published_at: datetime | None = None

    def __post_init__(self) -> None:
        _aware("Article", self.published_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Author:
    """An account on one platform; `id` is unique there."""

    id: str
    handle: str | None = None
    name: str | None = None
    description: str | None = None
    followers: int | None = None
    verified: bool | None = None
    created_at: datetime | None = None

    def __post_init__(self) -> None:
        _aware("Author", self.created_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """One public message, its text unaltered. author: None is a voice of its own.

    found_for: the stories whose query found it. revision: how often its author had edited it (0 = never).
    deleted: its platform says it is gone; such a post is never stored, only its tombstone.
    """

    id: PostId
    platform: str
    author: Author | None = None
    text: str = ""
    lang: str | None = None
    created_at: datetime | None = None
    url: str | None = None
    reply_to: PostId | None = None
    repost_of: PostId | None = None
    quote_of: PostId | None = None
    likes: int | None = None
    reposts: int | None = None
    replies: int | None = None
    links: tuple[str, ...] = ()
    found_for: tuple[StoryId, ...] = ()
    revision: int = 0
    deleted: bool = False

    def __post_init__(self) -> None:
        _aware("Post", self.created_at)

    @property
    def text_hash(self) -> str:
        """16 hex digits that name this version of the text."""
        return digest(self.text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejected:
    """One broken thing that a stranger sent: its raw text (cut to 10,000 characters) and why it is quarantined."""

    raw: str
    reason: str
    id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What reading has cost. microdollars: millionths of a US dollar."""

    requests: int = 0
    posts: int = 0
    users: int = 0
    microdollars: int = 0

    def __add__(self, other: Cost) -> Cost:
        return Cost(
            requests=self.requests + other.requests,
            posts=self.posts + other.posts,
            users=self.users + other.users,
            microdollars=self.microdollars + other.microdollars,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """How a source does.

    worked_at: when it was last read, None: never. rate_left: how many requests it still takes. The rest is of its
    last failure, and None since it has worked again: failing_since, the first failure in a row; refused: it will
    not pass by itself; next_try: not to be asked before; sample: what came instead of an answer.
    """

    source: str
    worked_at: datetime | None = None
    rate_left: int | None = None
    failing_since: datetime | None = None
    failed_at: datetime | None = None
    problem: str | None = None
    refused: bool = False
    next_try: datetime | None = None
    sample: str | None = None

    def __post_init__(self) -> None:
        _aware("Health", self.worked_at, self.failing_since, self.failed_at, self.next_try)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of the ledger. settled: False where it is the most that a request may have cost."""

    source: str
    at: datetime
    query: str | None
    stories: tuple[StoryId, ...]
    cost: Cost
    settled: bool

    def __post_init__(self) -> None:
        _aware("Entry", self.at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A time span [since, until). since None: from the beginning; until None: to the end of what there is."""

    since: datetime | None
    until: datetime | None

    def __post_init__(self) -> None:
        _aware("Span", self.since, self.until)
        if self.since is not None and self.until is not None and self.since > self.until:
            raise ValueError("Span: since is after until")


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """A window in which a source was not read, or not wholly. Unknown is never zero.

    query: None means every query of the source. read, of_about: how many posts were read of about how many,
    where the gap is a sample.
    """

    source: str
    query: str | None
    since: datetime | None
    until: datetime | None
    reason: str
    read: int | None = None
    of_about: int | None = None

    def __post_init__(self) -> None:
        _aware("Gap", self.since, self.until)


CONVERSATION = "conversation_id:"
"""How the query for the answers to a post begins."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """One question to a source. text: our boolean syntax ("" for a source that needs none).

    since: before then nothing can be about its stories, None where that is not known. platform: only its sources
    can be asked, None: all can. conversation: what is found stands in a conversation and need not be about them.
    derived: made from its stories; where they change it goes on where the one before it ended.
    """

    text: str
    stories: tuple[StoryId, ...] = ()
    language: str | None = None
    since: datetime | None = None
    platform: str | None = None
    conversation: bool = False
    derived: bool = False

    def __post_init__(self) -> None:
        _aware("Query", self.since)


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One answer of a source. received = posts + stories + articles + rejected.

    cursor: stored with the page; None means "do not move it yet" (newest-first sources give it with the
    last page). covered: the window that this and the earlier pages of the fetch have read, with the last page.
    unread: keys of the sender's that we do not know, with how often each was seen. ticket: under which its cost was
    set aside, None where it was not. rate_left: how many requests the service still takes, where it says so.
    gone: how the ids begin of posts that are all gone at their platform, as those of a deleted account are.
    """

    posts: tuple[Post, ...] = ()
    stories: tuple[Story, ...] = ()
    articles: tuple[Article, ...] = ()
    rejected: tuple[Rejected, ...] = ()
    cursor: str | None = None
    covered: Span | None = None
    gaps: tuple[Gap, ...] = ()
    cost: Cost = field(default_factory=Cost)
    ticket: int | None = None
    rate_left: int | None = None
    unread: tuple[tuple[str, int], ...] = ()
    gone: tuple[str, ...] = ()

    @property
    def received(self) -> int:
        """How many things the sender sent, good or broken."""
        return len(self.posts) + len(self.stories) + len(self.articles) + len(self.rejected)


@dataclass(frozen=True, slots=True, kw_only=True)
class Followed:
    """What a platform says of posts that it once gave. gone: deleted there; edited: posts in their present version.

    state: for the next time, None where this following came to its end. ticket, cost: as of a Page.
    """

    gone: tuple[PostId, ...] = ()
    edited: tuple[Post, ...] = ()
    state: str | None = None
    cost: Cost = field(default_factory=Cost)
    ticket: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """received = stored + duplicate + quarantined + deleted, for one source."""

    stored: int = 0
    duplicate: int = 0
    quarantined: int = 0
    deleted: int = 0

    def __add__(self, other: Tally) -> Tally:
        return Tally(
            stored=self.stored + other.stored,
            duplicate=self.duplicate + other.duplicate,
            quarantined=self.quarantined + other.quarantined,
            deleted=self.deleted + other.deleted,
        )

    @property
    def received(self) -> int:
        return self.stored + self.duplicate + self.quarantined + self.deleted


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadWindow:
    """One finished reading of a source: the proof behind "no posts". since/until None: the whole of it.

    stories: those whose query it was; empty means it was read for all.
    """

    source: str
    query: str | None
    since: datetime | None
    until: datetime | None
    at: datetime
    stories: tuple[StoryId, ...] = ()

    def __post_init__(self) -> None:
        _aware("ReadWindow", self.since, self.until, self.at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tombstone:
    """All that stays of a deleted post. id_hash: 64 hex digits of SHA-256 over its id."""

    id_hash: str
    story: StoryId | None
    created_at: datetime | None

    def __post_init__(self) -> None:
        _aware("Tombstone", self.created_at)


def id_hash(post: PostId) -> str:
    """Return the hash under which a deleted post's tombstone stands."""
    return hashlib.sha256(post.encode("utf-8", "surrogatepass")).hexdigest()


# --- What was understood -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """That a post is about a story. strength in (0, 1]."""

    story: StoryId
    reason: LinkReason
    strength: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentiment:
    """The author's tone. value in [-1, 1]; confidence in [0, 1]; unclear: too uncertain to count for a side."""

    label: Tone
    value: float
    confidence: float
    scorer: str
    unclear: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Encoding:
    """What the encoder sees in a text that it reads alone.

    tone: logits of negative, neutral, positive. kind: logits of reporting, opinion, question, other. vector: 384
    signed bytes, proportional to a vector: what is near in direction is near in meaning, over languages too.
    """

    tone: tuple[float, ...]
    kind: tuple[float, ...]
    vector: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """What the encoder sees in a text that it reads beside what a story proposes; logits.

    stance: oppose, neither, support. tone: negative, neutral, positive. kind: reporting, opinion, question, other.
    """

    stance: tuple[float, ...]
    tone: tuple[float, ...]
    kind: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondOpinion:
    """What another scorer says of the same text. words: those that drove it, with their valence in [-4, 4]."""

    label: Tone
    value: float
    scorer: str
    words: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    """Who speaks, only where the profile says so; words: the words of the profile that say it."""

    name: str
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What was understood of one version of one post.

    sentiment: None means not scored, and not_scored says why. copy_of: the root whose words it repeats.
    flood: why it is left out of shares, or None. voice_reason: why it shares a voice, None where it is its own.
    elsewhere: the story whose words it shares while it is about something else. second: what VADER says of an
    English post, kept beside the tone that counts.
    """

    post: PostId
    text_hash: str
    kind: Kind
    language: str
    sentiment: Sentiment | None
    not_scored: str | None
    stance: Stance
    ironic: bool
    voice: VoiceId
    voice_reason: str | None = None
    copy_of: PostId | None = None
    copy_reason: str | None = None
    flood: str | None = None
    role: Role | None = None
    link: Link | None = None
    elsewhere: StoryId | None = None
    second: SecondOpinion | None = None

    def __post_init__(self) -> None:
        if (self.sentiment is None) == (self.not_scored is None):
            raise ValueError(f"finding of {self.post}: either a sentiment or why there is none")

    @property
    def version(self) -> str:
        """16 hex digits that name exactly this finding; the same understanding, the same version."""
        return digest(
            # By hand: asdict() copies deeply, which was 40 % of a brief of 50,000 posts. A test compares the two.
            {
                "post": self.post,
                "text_hash": self.text_hash,
                "kind": self.kind,
                "language": self.language,
                "sentiment": _shallow(self.sentiment),
                "not_scored": self.not_scored,
                "stance": self.stance,
                "ironic": self.ironic,
                "voice": self.voice,
                "voice_reason": self.voice_reason,
                "copy_of": self.copy_of,
                "copy_reason": self.copy_reason,
                "flood": self.flood,
                "role": _shallow(self.role),
                "link": _shallow(self.link),
                "elsewhere": self.elsewhere,
                # Left out where there is none, so that findings made before there were any keep their names.
                **({} if self.second is None else {"second": _shallow(self.second)}),
            }
        )


def _shallow(part: Sentiment | SecondOpinion | Role | Link | None) -> dict[str, object] | None:
    return None if part is None else {name: getattr(part, name) for name in part.__slots__}


@dataclass(frozen=True, slots=True, kw_only=True)
class Understood:
    """A stored post beside what was understood of it."""

    post: Post
    finding: Finding

    @property
    def counts(self) -> bool:
        """Whether it may add a voice: its own words, no flood."""
        return self.finding.copy_of is None and self.finding.flood is None

    @property
    def is_opinion(self) -> bool:
        """Whether it adds a voice with an opinion."""
        return self.counts and self.finding.kind == "opinion"


# --- What is said ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class PostCitation:
    """Proof by a stored post. quote: a verbatim part of its text, or None where only its place counts."""

    post: PostId
    url: str | None
    quote: str | None = None
    language: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadCitation:
    """Proof of absence: what was read, and when."""

    source: str
    query: str | None
    since: datetime | None
    until: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TombstoneCitation:
    """Proof of a deletion."""

    story: StoryId
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class GapCitation:
    """Proof that something was not read: the gap itself."""

    gap: Gap


Citation: TypeAlias = PostCitation | ReadCitation | TombstoneCitation | GapCitation


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """One checked statement with its proof, in no language; one without proof cannot be built.

    numbers: every figure that a sentence may print, by name, in a fixed order. words: what else a sentence
    needs, by name: names of platforms, languages, outlets, label words, codes such as a stance; never prose.
    """

    kind: ClaimKind
    numbers: tuple[tuple[str, NumberValue], ...] = ()
    words: tuple[tuple[str, WordValue], ...] = ()
    citations: tuple[Citation, ...]

    def __post_init__(self) -> None:
        if not self.citations:
            raise ValueError(f"a claim of kind {self.kind} needs at least one citation")

    def number(self, name: str) -> NumberValue:
        """Return the figure called `name`; KeyError where the claim has none."""
        return dict(self.numbers)[name]

    def word(self, name: str) -> WordValue | None:
        """Return the word(s) called `name`, None where the claim has none."""
        return dict(self.words).get(name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """A share with its honest range, all in [0, 1]. level: how often such a range holds, such as 0.9."""

    low: float
    value: float
    high: float
    level: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Voices that say much the same. id: its oldest member. label: words of its posts, most telling first.

    stance, tone: the side it was formed in. posts: all members, copies and floods left out, oldest first.
    """

    id: PostId
    label: tuple[str, ...]
    language: str | None
    stance: Stance
    tone: Tone | None
    voices: int
    posts: tuple[PostId, ...]
    quote: PostCitation | None
    roles: tuple[tuple[str, PostId], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """What does not count in the shares, and why; all are counts."""

    copies: int = 0
    flood: int = 0
    loud_account: int = 0
    not_scored: int = 0
    unclear: int = 0
    withheld: int = 0
    deleted: int = 0
    elsewhere: int = 0
    dropped_claims: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Tones:
    """How many of each tone; unclear includes what was not scored."""

    negative: int = 0
    neutral: int = 0
    positive: int = 0
    unclear: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """The numbers of one brief. raw counts every post, by_voice one vote a voice, opinions one vote a voice
    with an opinion. net: positive minus negative share of the voices with an opinion, in [-1, 1], with its
    range; None where fewer than half of them could be scored. languages, platforms: voices in each, most first;
    a voice may be in several.

    flip: how few of the voices that take a side would have to take the other one, all others staying, for the
    headline to be another. The headline: split (both sides 5 voices or more, the smaller three quarters of the
    larger or more); else which side has more voices; else that neither has. None where nobody takes a side.
    """

    people: int
    posts: int
    opinion_posts: int
    opinion_voices: int
    reporting_posts: int
    question_posts: int
    other_posts: int
    raw: Tones
    by_voice: Tones
    opinions: Tones
    net: Interval | None
    languages: tuple[tuple[str, int], ...]
    platforms: tuple[tuple[str, int], ...]
    flip: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Input:
    """One row that a brief was made from; `verify` reads exactly these."""

    post: PostId
    text_hash: str
    finding: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Brief:
    """The ordered claims about one story in one window: what people say.

    window.until is the as-of. split: both sides near equal. minority: a group's id, None where none was found.
    history: voices with an opinion in each full day before the window, as `Evidence` has them. previous: the
    fingerprint of the last published brief with an earlier as-of. meaning: the encoder that had a part in the
    groups, None where they go by words alone.
    """

    story: StoryId
    window: Span
    as_of: datetime
    qualifier: Qualifier
    voices: int
    posts: int
    figures: Figures
    groups: tuple[Group, ...]
    split: bool
    minority: PostId | None
    claims: tuple[Claim, ...]
    left_out: LeftOut
    gaps: tuple[Gap, ...]
    reads: tuple[ReadWindow, ...]
    inputs: tuple[Input, ...]
    tombstones: int
    written_by: str
    history: tuple[int, ...] = ()
    previous: str | None = None
    meaning: str | None = None

    def __post_init__(self) -> None:
        _aware("Brief", self.as_of)

    @property
    def hash(self) -> str:
        """16 hex digits over all of it: the same brief, the same hash."""
        return digest(asdict(self))

    @property
    def fingerprint(self) -> str:
        """16 hex digits over what it says, not over when: unchanged while there is nothing new to say.

        That nothing changed is nothing new: else each second report would differ from the first.
        """
        said = asdict(self)
        for name in ("window", "as_of", "reads", "history", "previous", "inputs"):
            del said[name]
        said["claims"] = [
            {"kind": claim["kind"], "numbers": claim["numbers"], "words": claim["words"]}
            for claim in said["claims"]
            if claim["kind"] != "no_change"
        ]
        return digest(said)


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """All that a brief may be made from, and all that the gate checks it against.

    rows: the posts linked to the story in the window, copies and floods included, and those about something
    else that its words hit (finding.elsewhere); any order. history: voices with an opinion in each full day
    before the window, oldest first (against usual only with 14 or more). previous: the last published brief
    with an earlier as-of. vectors: what an encoder made of the opinions (`Encoding.vector`), where they are many.
    meaning: that encoder's name and version.
    """

    story: Story
    window: Span
    as_of: datetime
    rows: tuple[Understood, ...]
    reads: tuple[ReadWindow, ...] = ()
    gaps: tuple[Gap, ...] = ()
    tombstones: int = 0
    history: tuple[int, ...] = ()
    previous: Brief | None = None
    vectors: Mapping[PostId, bytes] = field(default_factory=dict)
    meaning: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """What a person said of a post of a story, read blind. who: the name the person gave.

    text_hash, finding: the versions of the post and of our reading at that time. stratum, of: how we had read the
    voice when its post was drawn, and how many voices we had read so: they make its weight.
    """

    post: PostId
    story: StoryId
    who: str
    answer: Answer
    at: datetime
    text_hash: str
    finding: str
    stratum: Vote
    of: int

    def __post_init__(self) -> None:
        _aware("Label", self.at)


@dataclass(frozen=True, slots=True, kw_only=True)
class SpotCheck:
    """What people who read some of the posts blind say of our reading of all of them.

    labels: those that count, by (time, post), one a voice, none skipped. voices: how many have an opinion.
    agreed: how often a label is our tone of that voice. shares: of the tones, and of what is "not about it", among
    all these voices, each with a range of 90 %; () where too few were read.
    """

    labels: tuple[Label, ...]
    voices: int
    agreed: int
    shares: tuple[tuple[Answer, Interval], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """How well a scorer reads a language: its mean recall over the tones, in [0, 1], with its 95 % interval.

    n: posts it was measured on. data: their name. date: ISO, when.
    """

    recall: float
    low: float
    high: float
    n: int
    data: str
    date: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """A scorer's part in a report. posts: opinions that it read. measured: None where it never was."""

    scorer: str
    language: str
    posts: int
    measured: Measured | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Accuracy:
    """How far the reading behind a report can be trusted.

    readers: most posts first. errors: by tone, the half-width in [0, 1] of its share's 90 % range that is the
    scorers'. spot_check: None where nobody read posts of the story.
    """

    readers: tuple[Reader, ...]
    errors: tuple[tuple[Tone, float], ...]
    spot_check: SpotCheck | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceHealth:
    """How one source did. received = stored + duplicate + quarantined + deleted."""

    source: str
    tally: Tally
    cost: Cost
    problem: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One step of a timeline: posts that count, in [since, until); unread: the source was (partly) not read."""

    since: datetime
    until: datetime
    posts: int
    negative: int
    neutral: int
    positive: int
    unread: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CitedPost:
    """A post that the brief cites, as a reader may see it. number: its [n]. withheld: its text is not shown."""

    number: int
    post: PostId
    platform: str
    author: str | None
    text: str
    language: str
    url: str | None
    created_at: datetime | None
    withheld: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Related:
    """Another story that has to do with a report's own, as it stood when the report was made.

    line: the volume sentence of its brief, in the report's language. brief: that brief's hash. words: what both
    stories speak of, as this one writes it, most telling first. posts, addresses, voices: how many both have in
    common. folder: of its report, beside this report's folder; None where there is none.
    """

    story: StoryId
    title: str
    language: str | None
    line: str
    brief: str
    as_of: datetime
    written_by: str
    words: tuple[str, ...] = ()
    posts: int = 0
    addresses: int = 0
    voices: int = 0
    folder: str | None = None

    def __post_init__(self) -> None:
        _aware("Related", self.as_of)
        if self.folder is not None and not _FOLDER.fullmatch(self.folder):
            raise ValueError(f"Related: {self.folder!r} is no folder of a report")


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupChange:
    """One group in two briefs. before: None where it is new; now: None where it is no longer found."""

    before: Group | None
    now: Group | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimChange:
    """One claim in two briefs. before: None where it is new; now: None where it is gone."""

    before: Claim | None
    now: Claim | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """What differs between two briefs of one story, and nothing that is the same in both.

    groups, claims: in the order of `now`, then those that are gone, in the order of `before`. minority: whether it
    is another group. Posts by id: new_posts went in now and not before, gone_posts before and not now; of these,
    withdrawn were cited and would lie in the window of `now`, past were cited and lie outside it; edited have
    another text, reread the same text and another finding. languages: (code, voices before, voices now).
    """

    before: Brief
    now: Brief
    groups: tuple[GroupChange, ...] = ()
    claims: tuple[ClaimChange, ...] = ()
    minority: bool = False
    new_posts: tuple[PostId, ...] = ()
    gone_posts: tuple[PostId, ...] = ()
    withdrawn: tuple[PostId, ...] = ()
    past: tuple[PostId, ...] = ()
    edited: tuple[PostId, ...] = ()
    reread: tuple[PostId, ...] = ()
    gaps_opened: tuple[Gap, ...] = ()
    gaps_closed: tuple[Gap, ...] = ()
    languages: tuple[tuple[str, int, int], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Rewording:
    """What a language model made of sentences of a paragraph. model: its name.

    sentences: by their place in the paragraph from 1, each with {q1} and {w1} for the first quote and the first
    other words of a stranger; `reports.wording` says whether one may stand.
    """

    model: str
    sentences: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Everything a renderer needs, and nothing it must look up. time_zone: an IANA name for what is shown.

    language: of the report's own words. store: the database's path relative to the report's folder, or None.
    config: what of the config had a part in the brief, for `verify`. accuracy: None where no tone was read.
    related: nearest first. changes: since the last published brief, None where there was none. rewording: None
    where all sentences are by rules.
    """

    story: Story
    brief: Brief
    cited: tuple[CitedPost, ...]
    timeline: tuple[Point, ...]
    sources: tuple[SourceHealth, ...]
    language: str
    time_zone: str
    store: str | None
    versions: tuple[tuple[str, str], ...]
    accuracy: Accuracy | None = None
    notes: tuple[str, ...] = ()
    related: tuple[Related, ...] = ()
    changes: Changes | None = None
    rewording: Rewording | None = None


# --- What was done -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One step that ran. period: the local period it was for (its key with `job`). problem: None = all well."""

    id: str
    job: str
    step: str
    period: str
    started_at: datetime
    ended_at: datetime | None = None
    problem: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """That a source needs a person; or, where `problem` is None, that it is over.

    since: its first failure in a row. read_at: when it was last read, None: never. deletions: not the reading
    fails, but the following of what is deleted at the source.
    """

    source: str
    since: datetime
    read_at: datetime | None
    problem: str | None
    language: str
    time_zone: str
    deletions: bool = False

    def __post_init__(self) -> None:
        _aware("Notice", self.since, self.read_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One thing to deliver. key: the same key is never posted twice on a channel.

    op: "post" makes a new message, "update" edits the one with that key. payload: the channel's own JSON.
    state: pending -> sending -> sent | uncertain | failed. receipt: the channel's own id of what was posted.
    """

    id: int
    channel: str
    key: str
    op: Literal["post", "update"]
    payload: str
    fingerprint: str
    state: Literal["pending", "sending", "sent", "uncertain", "failed"]
    attempts: int = 0
    receipt: str | None = None
    problem: str | None = None
    not_before: datetime | None = None
