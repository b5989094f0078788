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
from monitor.model import Finding, Kind, Post, PostId, Role, Sentiment, Stance, Story, digest
from monitor.scoring import SCORERS, scorer_for
from monitor.stance import possibly_ironic, stance_of
from monitor.voices import voices

if TYPE_CHECKING:
    from monitor.store import Store

MAKER = "understand/1"
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


def read_posts(
    posts: Sequence[Post],
    stories: Sequence[Story],
    *,
    own_accounts: frozenset[str] = frozenset(),
    outlets: frozenset[str] = frozenset(),
    score: ScoreFn | None = None,
    progress: Progress | None = None,
) -> list[Finding]:
    """Return one finding a post, by post id; the same for any order of the posts and stories.

    own_accounts, outlets: handles, with or without "@", in any case. score: None scores with SCORERS.
    """
    own = frozenset(map(_handle, own_accounts))
    press = frozenset(map(_handle, outlets))
    copies = fold(posts)
    links, elsewhere = link(posts, stories, copies)
    linked = {post: found.story for post, found in links.items()}
    speakers = voices(posts, copies, linked)
    readings = _read(
        [post for post in posts if post.id not in copies],
        press,
        score or _score,
        progress,
    )
    flooded = floods(
        [post for post in posts if not _is_own(post, own)],
        copies,
        linked,
        {post: voice for post, (voice, _) in speakers.items()},
        reporting={post for post, reading in readings.items() if reading.kind == "reporting"},
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
            )
        )
    return found


def understand(
    store: Store,
    *,
    own_accounts: Iterable[str] = (),
    outlets: Iterable[str] = (),
    progress: Progress | None = None,
) -> int:
    """Understand all posts of the store anew if anything changed since; return how many findings were saved.

    Each distinct text is scored once, whatever run it came in.
    """
    own, press = frozenset(map(_handle, own_accounts)), frozenset(map(_handle, outlets))
    # Other accounts in the config are another understanding, so they are part of the maker's name.
    maker = f"{MAKER} {digest([sorted(own), sorted(press)])}" if own or press else MAKER
    if store.understood_is_current(maker):
        return 0

    def score(scorer: str, texts: Sequence[str]) -> Sequence[Sentiment]:
        hashes = {text: digest(text) for text in texts}
        known = dict(store.cached_scores(scorer, list(hashes.values())))
        new = [text for text in hashes if hashes[text] not in known]
        if new:
            scored = {hashes[text]: one for text, one in zip(new, _score(scorer, new), strict=True)}
            store.save_scores(scorer, scored)
            known |= scored
        return [known[hashes[text]] for text in texts]

    posts = list(store.posts())
    findings = read_posts(posts, store.stories(), own_accounts=own, outlets=press, score=score, progress=progress)
    store.save_findings(findings, maker=maker)
    # A link's strength moves with each new post: without this, every run would leave a version of each finding.
    store.prune_findings()
    return len(findings)


def _score(scorer: str, texts: Sequence[str]) -> Sequence[Sentiment]:
    return SCORERS[scorer]()(texts)


def _handle(handle: str) -> str:
    return handle.strip().lstrip("@").casefold()


def _is_own(post: Post, own: frozenset[str]) -> bool:
    return post.author is not None and post.author.handle is not None and _handle(post.author.handle) in own


def _read(
    roots: Sequence[Post], outlets: frozenset[str], score: ScoreFn, progress: Progress | None
) -> dict[PostId, _Reading]:
    languages = {post.id: detect(post.text, post.lang) for post in roots}
    tones = _tones(roots, languages, score, progress)
    readings = {}
    for post in roots:
        language, tone = languages[post.id], tones.get(post.id)
        kind, role = kind_of(post, language, outlets=outlets)
        ironic = possibly_ironic(post.text, language)
        if ironic and tone is not None and tone.label != "negative":
            tone = replace(tone, unclear=True)  # it may mean the opposite, and is never counted as praise
        stance = stance_of(post.text, language, kind=kind, sentiment=tone)
        readings[post.id] = _Reading(
            kind=kind,
            role=role,
            language=language,
            sentiment=tone,
            not_scored=None if tone else _why_not(post, language),
            stance="neither" if ironic and stance == "support" else stance,
            ironic=ironic,
        )
    return readings


def _why_not(post: Post, language: str) -> str:
    if not post.text.strip():
        return "no text"
    return "language unknown" if language == "und" else f"no scorer for {language}"


def _tones(
    roots: Sequence[Post], languages: Mapping[PostId, str], score: ScoreFn, progress: Progress | None
) -> dict[PostId, Sentiment]:
    """Return the tone of each root that a scorer can read; each distinct text is scored once."""
    scorers = {post.id: scorer_for(languages[post.id]) for post in roots if post.text.strip()}
    asked = sorted({(scorer, post.text) for post in roots if (scorer := scorers.get(post.id)) is not None})
    tones: dict[tuple[str, str], Sentiment] = {}
    for name in sorted({scorer for scorer, _ in asked}):
        texts = [text for scorer, text in asked if scorer == name]
        for start in range(0, len(texts), _AT_ONCE):
            batch = texts[start : start + _AT_ONCE]
            tones |= {(name, text): tone for text, tone in zip(batch, score(name, batch), strict=True)}
            if progress:
                progress(len(tones), len(asked))
    return {post.id: tones[scorer, post.text] for post in roots if (scorer := scorers.get(post.id)) is not None}
