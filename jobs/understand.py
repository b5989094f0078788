"""The step from posts to findings: fold copies, link, read language, kind, tone and stance, find voices and floods.

Only the words of roots are read; a copy carries its root's findings beside its own author's voice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeAlias

from monitor.folding import floods, fold
from monitor.kinds import kind_of, role_of
from monitor.languages import detect
from monitor.linking import link
from monitor.linking.profiles import named_by_profile
from monitor.model import (
    Article,
    Beside,
    Encoding,
    Finding,
    Kind,
    Post,
    PostId,
    Role,
    SecondOpinion,
    Sentiment,
    Stance,
    Story,
    StoryId,
    digest,
)
from monitor.scoring import SCORERS, encoder, scorer_for, vader
from monitor.stance import possibly_ironic, stance_of
from monitor.text import for_scoring
from monitor.voices import voices

from .encodings import Remembered

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from monitor.protocols import Encoder
    from monitor.scoring import Family
    from monitor.store import Store

MAKER = "understand/3"
_AT_ONCE = 2000
"""Texts scored between two reports of progress, and saved together: a killed run loses no more."""

ScoreFn: TypeAlias = Callable[[str, Sequence[str]], Sequence[Sentiment]]
"""The name of a scorer and texts in; one sentiment a text, same order."""
Progress: TypeAlias = Callable[[int, int], None]
"""Told how many texts are scored, and of how many."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reading:
    """What the words of one root say."""

    kind: Kind
    role: Role | None
    language: str
    sentiment: Sentiment | None
    not_scored: str | None
    stance: Stance
    ironic: bool
    second: SecondOpinion | None


def read_posts(
    posts: Sequence[Post],
    stories: Sequence[Story],
    *,
    articles: Sequence[Article] = (),
    own_accounts: frozenset[str] = frozenset(),
    outlets: frozenset[str] = frozenset(),
    scorer: Family | None = None,
    reader: Encoder | None = encoder,
    score: ScoreFn | None = None,
    progress: Progress | None = None,
) -> list[Finding]:
    """Return one finding a post, by post id; the same for any order of the posts and stories.

    articles: of other outlets about the stories. own_accounts, outlets: handles, with or without "@", in any case.
    scorer: the family that reads tone, None for the best of each language. reader: None links, and tells kind and
    stance, by words and rules alone. score: None scores with SCORERS.
    """
    own = frozenset(map(_handle, own_accounts))
    press = frozenset(map(_handle, outlets))
    copies = fold(posts)
    roots = [post for post in posts if post.id not in copies]
    seen = _encoded(sorted({post.text for post in roots if post.text.strip()}), reader, progress)
    embed = _embedder(reader, seen) if reader else None
    links, elsewhere = link(posts, stories, copies, articles=articles, embed=embed)
    linked = {post: found.story for post, found in links.items()}
    speakers = voices(posts, copies, linked)
    languages = {post.id: detect(post.text, post.lang) for post in roots}
    beside = _beside(roots, stories, linked, reader)
    kinds = {
        post.id: kind_of(
            post, languages[post.id], outlets=press, seen=seen.get(post.text), beside=beside.get(post.id)
        )
        for post in roots
    }
    judging = {post: one for post, one in beside.items() if kinds[post][0] == "opinion"}
    tones = _tones(roots, languages, scorer, seen, judging, score or _score, progress)
    unheard = (None, None)
    readings = {
        post.id: _reading(
            post,
            languages[post.id],
            kinds[post.id],
            tones.get(post.id, unheard),
            judging.get(post.id),
        )
        for post in roots
    }
    flooded = floods(
        [post for post in posts if not _is_own(post, own)],
        copies,
        linked,
        {post: voice for post, (voice, _) in speakers.items()},
        reporting={post for post, reading in readings.items() if reading.kind == "reporting"},
        named=named_by_profile(roots, stories),
    )
    found = []
    for post in sorted(posts, key=lambda post: post.id):
        copy = copies.get(post.id)
        reading = readings[copy.root if copy else post.id]
        voice, voice_reason = speakers[post.id]
        found.append(
            Finding(
                post=post.id,
                text_hash=post.text_hash,
                kind=reading.kind,
                language=reading.language,
                sentiment=reading.sentiment,
                not_scored=reading.not_scored,
                stance=reading.stance,
                ironic=reading.ironic,
                voice=voice,
                voice_reason=voice_reason,
                copy_of=copy.root if copy else None,
                copy_reason=copy.reason if copy else None,
                flood="own account" if _is_own(post, own) else flooded.get(post.id),
                # A role is what the profile of the one who speaks says, so a copy has its own author's.
                role=role_of(post.author, reading.language, outlets=press) if copy else reading.role,
                link=links.get(post.id),
                elsewhere=elsewhere.get(post.id),
                second=reading.second,
            )
        )
    return found


def understand(
    store: Store,
    *,
    own_accounts: Iterable[str] = (),
    outlets: Iterable[str] = (),
    scorer: Family | None = None,
    reader: Encoder | None = encoder,
    progress: Progress | None = None,
) -> int:
    """Understand all posts of the store anew if anything changed since; return how many findings were saved.

    Each distinct text is scored and encoded once, whatever run it came in.
    """
    own, press = frozenset(map(_handle, own_accounts)), frozenset(map(_handle, outlets))
    # Other accounts or readers in the config are another understanding, so they are part of the maker's name.
    how = [sorted(own), sorted(press), scorer, reader.NAME if reader else None]
    maker = f"{MAKER} {digest(how)}"
    if store.understood_is_current(maker):
        return 0

    def score(name: str, texts: Sequence[str]) -> Sequence[Sentiment]:
        hashes = {text: digest(text) for text in texts}
        known = dict(store.cached_scores(name, list(hashes.values())))
        new = [text for text in hashes if hashes[text] not in known]
        if new:
            scored = {hashes[text]: one for text, one in zip(new, _score(name, new), strict=True)}
            store.save_scores(name, scored)
            known |= scored
        return [known[hashes[text]] for text in texts]

    posts = list(store.posts())
    findings = read_posts(
        posts,
        store.stories(),
        articles=store.articles(),
        own_accounts=own,
        outlets=press,
        scorer=scorer,
        reader=Remembered(reader, store) if reader else None,
        score=score,
        progress=progress,
    )
    store.save_findings(findings, maker=maker)
    # A link's strength moves with each new post: without this, every run would leave a version of each finding.
    store.prune_findings()
    return len(findings)


def _encoded(texts: Sequence[str], reader: Encoder | None, progress: Progress | None) -> dict[str, Encoding]:
    """Return what the reader sees in each of `texts`; read like lengths together, so that time left can be told."""
    found: dict[str, Encoding] = {}
    if reader is None:
        return found
    for start in range(0, len(texts), _AT_ONCE):
        batch = texts[start : start + _AT_ONCE]
        found |= dict(zip(batch, reader.read(batch), strict=True))
        if progress:
            progress(len(found), len(texts))
    return found


def _embedder(reader: Encoder, seen: Mapping[str, Encoding]) -> Callable[[Sequence[str]], NDArray[np.float32]]:
    """Return the vectors of texts, those of posts without reading them again; linking asks for texts as scored."""
    known = {for_scoring(text): encoding for text, encoding in seen.items()}

    def embed(texts: Sequence[str]) -> NDArray[np.float32]:
        import numpy as np  # noqa: PLC0415 - only a run that reads posts pays

        new = sorted(set(texts) - known.keys())
        known.update(zip(new, reader.read(new), strict=True))
        whole = b"".join(known[text].vector for text in texts)
        rows = np.frombuffer(whole, dtype=np.int8).reshape(len(texts), -1).astype(np.float32)
        unit: NDArray[np.float32] = rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1.0)
        return unit

    return embed


def _score(scorer: str, texts: Sequence[str]) -> Sequence[Sentiment]:
    return SCORERS[scorer]()(texts)


def _handle(handle: str) -> str:
    return handle.strip().lstrip("@").casefold()


def _is_own(post: Post, own: frozenset[str]) -> bool:
    return post.author is not None and post.author.handle is not None and _handle(post.author.handle) in own


def _reading(
    post: Post,
    language: str,
    kind: tuple[Kind, Role | None],
    heard: tuple[Sentiment | None, SecondOpinion | None],
    beside: Beside | None,
) -> _Reading:
    tone, second = heard
    ironic = possibly_ironic(post.text, language)
    if ironic and tone is not None and tone.label != "negative":
        tone = replace(tone, unclear=True)  # it may mean the opposite, and is never counted as praise
    stance = stance_of(post.text, language, kind=kind[0], sentiment=tone, beside=beside)
    return _Reading(
        kind=kind[0],
        role=kind[1],
        language=language,
        sentiment=tone,
        not_scored=None if tone else _why_not(post, language),
        stance="neither" if ironic and stance == "support" else stance,
        ironic=ironic,
        second=second,
    )


def _with_second(tone: Sentiment, text: str, language: str) -> tuple[Sentiment, SecondOpinion | None]:
    asked = language == "en" and tone.scorer != vader.NAME
    return tone, vader.second_opinion(text) if asked else None


def _why_not(post: Post, language: str) -> str:
    if not post.text.strip():
        return "no text"
    return "language unknown" if language == "und" else f"no scorer for {language}"


def _beside(
    roots: Sequence[Post], stories: Sequence[Story], linked: Mapping[PostId, StoryId], reader: Encoder | None
) -> dict[PostId, Beside]:
    """Return what the reader sees in each linked post beside its story's target."""
    found: dict[PostId, Beside] = {}
    if reader is None:
        return found
    for story in stories:
        mine = [post for post in roots if linked.get(post.id) == story.id and post.text.strip()]
        texts = sorted({post.text for post in mine})
        seen = dict(zip(texts, reader.beside(story.target or story.title, texts), strict=True))
        found |= {post.id: seen[post.text] for post in mine}
    return found


def _tones(
    roots: Sequence[Post],
    languages: Mapping[PostId, str],
    family: Family | None,
    seen: Mapping[str, Encoding],
    beside: Mapping[PostId, Beside],
    score: ScoreFn,
    progress: Progress | None,
) -> dict[PostId, tuple[Sentiment, SecondOpinion | None]]:
    """Return the tone of each root that a scorer can read, and what VADER says; each distinct text is scored once.

    What the encoder has seen already it does not read again. VADER is asked of a text right after its scorer, which
    may just have asked it too.
    """
    scorers = {post.id: scorer_for(languages[post.id], family) for post in roots if post.text.strip()}
    tones = {
        post.id: _with_second(
            encoder.tone_of(seen[post.text], languages[post.id], post.text, beside.get(post.id)),
            post.text,
            languages[post.id],
        )
        for post in roots
        if scorers.get(post.id) == encoder.name(languages[post.id]) and post.text in seen
    }
    left = [post for post in roots if scorers.get(post.id) is not None and post.id not in tones]
    asked = sorted({(str(scorers[post.id]), post.text) for post in left})
    found: dict[tuple[str, str], tuple[Sentiment, SecondOpinion | None]] = {}
    for name in sorted({name for name, _ in asked}):
        texts = [text for scorer, text in asked if scorer == name]
        language = "en" if name == scorer_for("en", family) else ""
        for start in range(0, len(texts), _AT_ONCE):
            batch = texts[start : start + _AT_ONCE]
            scored = zip(batch, score(name, batch), strict=True)
            found |= {(name, text): _with_second(tone, text, language) for text, tone in scored}
            if progress:
                progress(len(found), len(asked))
    return tones | {post.id: found[str(scorers[post.id]), post.text] for post in left}
