"""Support or oppose, by cues and the encoder; and phrases that mean the opposite of what they say. Pure.

Without the encoder it is conservative: where the words do not say it, the stance is "neither" and the side of an
opinion comes from its tone. A post that is `possibly_ironic` never supports, and its caller counts its tone as
unclear unless it is negative, so that irony is never counted as praise.
"""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING

from .languages import Language, cues_in, known
from .text import visible, without_links, words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .model import Beside, Kind, Sentiment, Stance

_NEGATION_REACH = 3  # words before a cue, as in VADER
_PRAISE_REACH = 8  # words between praise and the loss that it is set beside
_SURE = 0.5  # a tone of this confidence on the other side outweighs one cue
_MARKED = re.compile(r"(?:^|\s)/s(?:$|\s)|\U0001f644|\U0001f643|(?:^|\s)#(?:sarcasm|irony|not)\b", re.IGNORECASE)
_SCARE_QUOTES = re.compile(r"[\"“”„«»]([^\"“”„«»]{2,30})[\"“”„«»]")
_QUOTED = re.compile(r"[\"“”„«»][^\"“”„«»]{2,300}[\"“”„«»]")  # somebody else's words
_SENTENCE = re.compile(r"[^.!?…\n]+")
_SIDES: tuple[Stance, ...] = ("oppose", "neither", "support")
_CUE = 2.0
_TONE = 0.5
"""What a cue, and the logarithm of a tone's likelihood, weigh beside the encoder's logits. Both were chosen on
newsroom; what other weights gave is in docs/decisions/0010."""
_LEAST = 0.02  # the least likelihood of a tone, so that no tone alone decides
_STRESSED = re.compile(r"\bSO (?:well|good|great|much fun|helpful|smart)\b|\bSUCH a (?:good|great|smart|success)\b")


def stance_of(
    text: str,
    language: str,
    *,
    kind: Kind,
    sentiment: Sentiment | None,
    beside: Beside | None = None,
) -> Stance:
    """Return the stance that `text` takes toward what its story proposes; only opinions take one.

    beside: what the encoder sees in the text beside the target; None: cues alone.
    """
    if kind != "opinion":
        return "neither"
    lead = _lead(text, language)
    if beside is not None:
        stance = _weighed(beside, lead, sentiment)
        return "neither" if stance == "support" and possibly_ironic(text, language) else stance
    if sentiment is not None and not sentiment.unclear and sentiment.confidence >= _SURE:
        against = {"negative": 1, "positive": -1, "neutral": 0}[sentiment.label]
        if lead == against:
            return "neither"
    if lead > 0:
        return "neither" if possibly_ironic(text, language) else "support"
    return "oppose" if lead < 0 else "neither"


def _weighed(beside: Beside, lead: int, sentiment: Sentiment | None) -> Stance:
    scores = dict(zip(_SIDES, beside.stance, strict=True))
    if lead:
        scores["support" if lead > 0 else "oppose"] += _CUE
    if sentiment is not None:
        for stance, likely in zip(_SIDES, likelihoods(sentiment), strict=True):
            scores[stance] += _TONE * math.log(max(_LEAST, likely))
    return max(_SIDES, key=scores.__getitem__)


def likelihoods(sentiment: Sentiment) -> tuple[float, float, float]:
    """Return the likelihoods of (negative, neutral, positive) that a tone's label, value and confidence stand for.

    A scorer gives positive less negative as its value, and the likelihood of its label as its confidence; a third
    number is theirs by their sum of 1.
    """
    value, sure = sentiment.value, sentiment.confidence
    if sentiment.label == "neutral":
        rest = 1 - sure
        return max(0.0, (rest - value) / 2), sure, max(0.0, (rest + value) / 2)
    if sentiment.label == "positive":
        negative = max(0.0, sure - value)
        return negative, max(0.0, 1 - sure - negative), sure
    positive = max(0.0, sure + value)
    return sure, max(0.0, 1 - sure - positive), positive


def _lead(text: str, language: str) -> int:
    """Return how many cues of `text` support, less those that oppose; quoted words are somebody else's."""
    own = known(language)
    lead = 0
    own_words = _QUOTED.sub(" ", visible(without_links(text)))
    for sentence in _SENTENCE.findall(own_words):
        tokens = words(sentence)
        lead += sum(0 if _negated(tokens, cue.start, own) else -1 for cue in cues_in(tokens, own.opposes))
        lead += sum(-1 if _negated(tokens, cue.start, own) else 1 for cue in cues_in(tokens, own.supports))
    return lead


def _negated(tokens: Sequence[str], at: int, own: Language) -> bool:
    return not own.negations.isdisjoint(tokens[max(0, at - _NEGATION_REACH) : at])


def possibly_ironic(text: str, language: str) -> bool:
    """Tell whether `text` may mean the opposite: it says so, uses a stock phrase, or praises a loss.

    It says so by "/s", "#sarcasm", an eye roll or an upside-down smile. It praises a loss where a sentence
    opens with praise that nothing negates and the same or the next names a loss, or where it puts the
    praise itself in quotation marks.
    """
    if _MARKED.search(text) or _STRESSED.search(text):
        return True
    own = known(language)
    bare = visible(without_links(text))
    if cues_in(words(bare), own.ironic):
        return True
    if any(not own.praise.isdisjoint(words(quoted)) for quoted in _quoted_praise(bare)):
        return True
    tokens = words(bare)
    opening = [place for place, word in enumerate(tokens[:2]) if word in own.praise]
    if not opening or not own.negations.isdisjoint(tokens[: opening[0]]):
        return False
    after = tokens[opening[0] + 1 : opening[0] + 1 + _PRAISE_REACH]
    return any(word in own.losses for word in after)


def _quoted_praise(text: str) -> list[str]:
    """Return what stands in quotation marks and is at most two words long: longer ones quote somebody."""
    return [quoted for quoted in _SCARE_QUOTES.findall(text) if len(words(quoted)) <= 2]  # noqa: PLR2004 - see above
