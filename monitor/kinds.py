"""Does a post report the news, give an opinion, ask, or do else? By rules over cues and the encoder; pure.

The account comes first: what an outlet, an office or a machine posts is reporting. Then what the post does:
it sells, orders or corrects (other), asks (question), or passes on facts with nothing of the author in it
(reporting). What is left has been written to say something: opinion. Where the words of the post decide and the
encoder has seen it, both are heard.
"""

from __future__ import annotations

import re

from .languages import Language, cues_in, known, terms
from .model import Author, Beside, Encoding, Kind, Post, Role
from .privacy import gives_orders, must_withhold
from .text import links_in, visible, without_links, words

# Before a role these say that it is not, or no longer, held ("not a journalist", "ex-reporter", "ret.").
_NOT_HELD = terms("not no never ex former formerly retired ret aspiring wannabe amateur parody fan unofficial")
_NOT_AN_OUTLET = terms("i i'm my mine me own opinions views junkie addict lover reader fan tips")
_SHORT_ANSWER = 16  # words; a longer reply argues
_OPENING = 8  # words in which a question shows what it wants
_LATEST_ASKING = 3  # words that may come before it ("ok so how do I …")
_LATEST_MUSING = 1  # likewise for one that makes a point ("and why …")
_MOST_JUDGED = 1  # words of judgement beside a question that still asks
_MOST_OWN = 2  # words of judgement that an office's or a reporter's own news may hold
_TICKER = re.compile(
    r"^\s*(?:\[[^\]]{1,20}\]|(?:BREAKING|UPDATE|UPDATED|JUST IN|NEW|LIVE|EXCLUSIVE)\b\s*:?|\d{1,2}[:.]\d{2}\b)"
)
_LABEL = re.compile(r"^\s*(?:[\w'’.&-]+ ){0,3}[\w'’.&-]+: ")  # "Harbour line: …", as tickers write
_ENOUGH_SIGNS = 2
_FELT = re.compile(
    "!|[\U0001f600-\U0001f64f\U0001f90c-\U0001f97a\U0001f494\U0001f480\U0001f621\u2764\u2639\u263a]|\\.\\.\\.|…$"
)
_SENTENCE = re.compile(r"[^.!?…\n]+[.!?…\n]*")
_SHOUTED = re.compile(r"\b[A-Z]{2,}\b")  # "why did it take FOUR people", "who refunds ME"
_FIGURE = re.compile(r"\d")
_SEEN: tuple[Kind, ...] = ("reporting", "opinion", "question", "other")
"""The kinds in the order of the encoder's logits."""
_RULE = 1.0
"""What the rules' word weighs beside the encoder's logits. On the 507 newsroom posts, read by encoders that had not
seen their stories, macro-F1 is 79.7 at 0, 78.1 at 1, 76.1 at 3, by the rules alone 75.4; by one that had seen none
of the set 76.5, 75.5 and 75.7: little between them, and a rule can say why."""


def kinds_in(seen: Encoding, beside: Beside | None = None) -> dict[Kind, float]:
    """Return the encoder's logit of each kind: the mean of those read alone and beside the story."""
    if beside is None:
        return dict(zip(_SEEN, seen.kind, strict=True))
    return {kind: (a + b) / 2 for kind, a, b in zip(_SEEN, seen.kind, beside.kind, strict=True)}


def kind_of(
    post: Post,
    language: str,
    *,
    outlets: frozenset[str] = frozenset(),
    seen: Encoding | None = None,
    beside: Beside | None = None,
) -> tuple[Kind, Role | None]:
    """Return the kind of `post` and the role that its author's profile states, None where it states none.

    outlets: handles that the team knows as outlets, without "@", in any case. seen, beside: what the encoder sees
    in the text, alone and beside its story; it is not asked what an account's profile or an offer decides.
    """
    own = known(language)
    role = role_of(post.author, language, outlets=outlets)
    tokens = words(post.text)
    kind: Kind = "opinion"
    if not tokens or gives_orders(post.text):
        kind = "other"
    elif (role is not None and role.name == "outlet") or _is_machine(post.author, language):
        kind = "reporting"
    elif _TICKER.search(post.text) and _is_called_news(post.author, language):
        kind = "reporting"  # "BREAKING: shots fired!" moves, but is no opinion of theirs
    elif _offers(post.text, tokens, own) or _answers(post, tokens, own):
        kind = "other"
    else:
        if _asks(post.text, own):
            kind = "question"
        elif _reports(post, tokens, own, role):
            kind = "reporting"
        if seen is not None:
            logits = kinds_in(seen, beside)
            logits[kind] += _RULE
            kind = max(_SEEN, key=logits.__getitem__)
    return kind, role


def role_of(author: Author | None, language: str, *, outlets: frozenset[str] = frozenset()) -> Role | None:
    """Return the role that a profile states in English or in the language of the post, with the words that do."""
    if author is None:
        return None
    if author.handle and author.handle.casefold() in {handle.casefold().removeprefix("@") for handle in outlets}:
        return Role(name="outlet", words=author.handle)
    spoken = [known(language), known("en")]
    tokens = words(author.description or "")
    for language_of in spoken:
        for name, cues in language_of.roles.items():
            for cue in cues_in(tokens, cues):
                before = tokens[max(0, cue.start - 2) : cue.start]
                if not _NOT_HELD.isdisjoint(before) or (name == "outlet" and not _NOT_AN_OUTLET.isdisjoint(tokens)):
                    continue
                return Role(name=name, words=" ".join(tokens[cue.start : cue.end]))
    title = words(author.name or "")
    if len(title) > 1 and any(title[-1] in language_of.mastheads for language_of in spoken):
        return Role(name="outlet", words=author.name or "")
    return None


def _is_machine(author: Author | None, language: str) -> bool:
    """Tell whether the profile says that nobody writes there by hand."""
    if author is None:
        return False
    tokens = words(f"{author.name or ''} {author.description or ''}")
    return any(cues_in(tokens, language_of.machines) for language_of in (known(language), known("en")))


def _is_called_news(author: Author | None, language: str) -> bool:
    """Tell whether an account calls itself by a masthead's word: in its name, or at an end of its handle."""
    if author is None:
        return False
    named, handle = frozenset(words(author.name or "")), (author.handle or "").casefold()
    mastheads = known(language).mastheads | known("en").mastheads
    ends = tuple(mastheads)
    called = not named.isdisjoint(mastheads) or handle.startswith(ends) or handle.endswith(ends)
    return called and named.isdisjoint(_NOT_AN_OUTLET)


def _offers(text: str, tokens: tuple[str, ...], own: Language) -> bool:
    """Tell whether `text` advertises: two cues of it, or one beside a number, a link or contact data."""
    found = len(cues_in(tokens, own.offers))
    if found == 0:
        return False
    return found > 1 or bool(links_in(text)) or must_withhold(text) in ("phone", "e-mail", "account") or "%" in text


def _answers(post: Post, tokens: tuple[str, ...], own: Language) -> bool:
    """Tell whether `post` only corrects or settles what another has said."""
    return post.reply_to is not None and len(tokens) <= _SHORT_ANSWER and bool(cues_in(tokens, own.answers))


def _asks(text: str, own: Language) -> bool:
    """Tell whether `text` wants an answer: a sentence with a question mark opens like a question, little is judged.

    It does not where one of its questions opens like one that makes a point, exclaims, or shouts a common word.
    """
    wants = False
    judged = 0
    for sentence in _SENTENCE.findall(visible(without_links(text))):
        tokens = words(sentence)
        if "?" not in sentence:
            judged += len(cues_in(tokens, own.judging))
            continue
        if any(cue.start <= _LATEST_MUSING for cue in cues_in(tokens[:_OPENING], own.muses)) or "!" in sentence:
            return False
        if not sentence.isupper() and any(word.casefold() in own.stopwords for word in _SHOUTED.findall(sentence)):
            return False
        wants = wants or any(cue.start <= _LATEST_ASKING for cue in cues_in(tokens[:_OPENING], own.asks))
    return wants and judged <= _MOST_JUDGED


def _reports(post: Post, tokens: tuple[str, ...], own: Language, role: Role | None) -> bool:
    """Tell whether `post` passes on facts: signs of a report, and fewer signs of the author than those allow."""
    own_words = len(cues_in(tokens, own.judging)) + sum(token in own.speaker for token in tokens)
    felt = len(_FELT.findall(without_links(post.text)))
    if role is not None and role.name in ("official", "journalist"):
        return sum(token in own.speaker for token in tokens) == 0 and own_words + felt <= _MOST_OWN
    if own_words + felt > 0 or "?" in without_links(post.text):
        return False
    if links_in(post.text) or post.links or _TICKER.search(post.text):
        return True
    signs = len(cues_in(tokens, own.reports)) + bool(_LABEL.search(post.text))
    return signs > 0 and signs + min(2, sum(bool(_FIGURE.search(token)) for token in tokens)) >= _ENOUGH_SIGNS
