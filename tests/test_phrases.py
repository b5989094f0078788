"""The tables of words: what every language must have, the grammar that they share, and how each language reads."""

from __future__ import annotations

import json
import random
import re
import string
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html import escape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, get_args

import pytest

from jobs.brief import brief_each
from jobs.cli import main
from jobs.publish import publish
from jobs.understand import understand
from jobs.verify import Verdict, verify
from monitor.model import ClaimKind, Qualifier
from monitor.store import Store
from reports import RENDERERS
from reports.phrases import PLURALS, Part, Phrases, fill, languages, phrases
from reports.phrases.review import COUNTS, EXAMPLES, Example, flat, review
from reports.saying import SAY
from reports.sentences import MAX_LEFT_OUT_WORDS, MAX_WORDS, compose
from reports.slack import render as render_slack
from tests.builders import NOON
from tests.sample_report import CLAIMS, STORY, brief, claim, empty_brief, group_claim, report
from tests.test_verify import Made, posts

ROOT = Path(__file__).resolve().parent.parent
EN = phrases("en")


def keys(table: dict[str, Any], before: str = "") -> set[str]:
    found = set()
    for name, value in table.items():
        found |= keys(value, f"{before}{name}.") if isinstance(value, dict) else {f"{before}{name}"}
    return found


FORMS = ("counts.", "views.", "sides.")  # tables of counted things, whose forms differ from language to language
EVERY = tuple((kind, one) for kind, examples in EXAMPLES.items() for one in examples)
CASES = pytest.mark.parametrize(("kind", "example"), EVERY, ids=[f"{kind}: {one.about}" for kind, one in EVERY])


def without_forms(key: str) -> str:
    return key.rpartition(".")[0] if key.startswith(FORMS) else key


def holes(pattern: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(pattern) if name is not None}


def test_every_kind_of_claim_can_be_said() -> None:
    assert set(SAY) == set(get_args(ClaimKind))


@pytest.mark.parametrize("language", languages())
def test_every_language_has_the_keys_of_english(language: str) -> None:
    here, english = keys(dict(phrases(language).table)), keys(dict(EN.table))
    assert {without_forms(key) for key in here} == {without_forms(key) for key in english}


@pytest.mark.parametrize("language", languages())
def test_every_phrase_has_the_placeholders_of_english(language: str) -> None:
    english = flat(EN.table)
    for key, pattern in flat(phrases(language).table).items():
        same = key if key in english else f"{without_forms(key)}.other"
        assert (key, holes(pattern)) == (key, holes(english[same]))


@pytest.mark.parametrize("language", languages())
def test_every_counted_thing_has_the_form_other_and_none_that_its_language_lacks(language: str) -> None:
    words = phrases(language)
    known = {PLURALS[words.pattern("language.plural")](n) for n in range(1_000)}
    for group in FORMS:
        for thing, forms in words.table[group.strip(".")].items():
            assert (thing, set(forms) - known, "other" in forms) == (thing, set(), True)


@pytest.mark.parametrize("language", languages())
def test_every_language_has_twelve_months_and_no_empty_word(language: str) -> None:
    words = phrases(language)
    assert len(words.table["dates"]["months"]) == len(words.table["dates"]["short_months"]) == 12
    assert not [key for key, phrase in flat(words.table).items() if not phrase]


@pytest.mark.parametrize("language", languages())
def test_every_counted_thing_can_be_counted_by_the_rule_of_its_language(language: str) -> None:
    words = phrases(language)
    for group in ("counts", "views", "sides"):
        for thing in EN.table[group]:
            for n in (0, 1, 2, 1_000):
                assert words.form(f"{group}.{thing}", n)


@pytest.mark.parametrize("language", languages())
def test_every_qualifier_has_a_word(language: str) -> None:
    assert set(phrases(language).table["qualifiers"]) == set(get_args(Qualifier))


def test_an_unknown_language_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match=r"no phrases for 'xx'; there are: .*en"):
        phrases("xx")


@pytest.mark.parametrize(
    ("n", "said"),
    [(0, "0 posts"), (1, "1 post"), (2, "2 posts"), (300, "300 posts"), (12_345, "12,345 posts")],
)
def test_a_count_takes_the_form_that_goes_with_it(n: int, said: str) -> None:
    assert EN.count("post", n) == said


@pytest.mark.parametrize(
    ("items", "said"), [((), ""), (("X",), "X"), (("X", "Y"), "X and Y"), (("X", "Y", "Z"), "X, Y and Z")]
)
def test_a_list_ends_with_and(items: tuple[str, ...], said: str) -> None:
    assert EN.names(items) == said


def test_what_is_filled_in_is_never_read_as_a_pattern() -> None:
    filled = fill("{a} and {b}", {"a": "{b}", "b": Part(text="{a.__class__}", quote=True)})
    assert [part.text for part in filled] == ["{b}", " and ", "{a.__class__}"]


def test_a_missing_value_is_loud() -> None:
    with pytest.raises(KeyError):
        fill("{a}", {})


def test_an_unknown_code_is_said_as_it_is() -> None:
    assert EN.name("languages", "tlh") == "tlh"


@pytest.mark.parametrize(("n", "said"), [(-3, "−3"), (0, "0"), (4, "+4")])
def test_a_signed_number_shows_its_sign(n: int, said: str) -> None:
    assert EN.signed(n) == said


@pytest.mark.parametrize(
    ("since", "until", "said"),
    [
        (None, None, "at any time"),
        (None, NOON, "up to 3 February 2026, 13:00"),
        (NOON, None, "from 3 February 2026, 13:00"),
        (NOON, NOON + timedelta(hours=8), "on 3 February 2026 from 13:00 to 21:00"),
        (NOON, NOON + timedelta(days=1), "from 3 February 2026, 13:00 to 4 February 2026, 13:00"),
        (NOON, NOON + timedelta(days=9), "from 3 February to 12 February 2026"),
        (NOON - timedelta(days=60), NOON, "from 5 December 2025 to 3 February 2026"),
        # The end is not part of the window: midnight belongs to the day before.
        (
            datetime(2026, 2, 1, 23, tzinfo=UTC),
            datetime(2026, 2, 6, 23, tzinfo=UTC),
            "from 2 February to 6 February 2026",
        ),
        (datetime(2026, 2, 5, 23, tzinfo=UTC), datetime(2026, 2, 6, 23, tzinfo=UTC), "on 6 February 2026"),
    ],
)
def test_a_window_is_said_in_local_time(since: datetime | None, until: datetime | None, said: str) -> None:
    assert EN.window(since, until, "Europe/Oslo").startswith(said)


def test_the_clock_follows_daylight_saving() -> None:
    assert EN.clock(datetime(2026, 3, 29, 0, 30, tzinfo=UTC), "Europe/Oslo") == "01:30"
    assert EN.clock(datetime(2026, 3, 29, 1, 30, tzinfo=UTC), "Europe/Oslo") == "03:30"


@pytest.mark.parametrize(
    ("minutes", "said"),
    [(1, "1 minute"), (180, "180 minutes"), (181, "4 hours"), (4_320, "72 hours"), (4_321, "4 days")],
)
def test_a_duration_is_told_in_the_unit_that_is_read_at_a_glance(minutes: int, said: str) -> None:
    assert EN.duration(minutes) == said


def test_a_language_without_plurals_needs_one_form() -> None:
    korean = Phrases(
        code="ko",
        table={
            "language": {"plural": "other", "thousands": ",", "minus": "-"},
            "counts": {"post": {"other": "게시물 {n}건"}},
        },
    )
    assert [korean.count("post", n) for n in (1, 2)] == ["게시물 1건", "게시물 2건"]


# --- Every claim in every language -----------------------------------------------------------------

BROKEN = re.compile(
    r"[{}]|  |\(\)|\( | \)| [.,;:!?)](?:\s|$)|[,;:]{2}|[,;:]\.|\.\.|^\s|\s$|« | »|“ | ”"
    r"|\b(?:None|True|False)\b"
)
BANNED = {
    "en": r"(?<!at )\bmost\b(?![- ](?:shared|cited))|majority",
    "nb": r"\bde fleste\b|\bflest\b|flertall|majoritet|mesteparten",
    "ko": r"대부분|대다수|과반|다수",
}
# Where a per cent sign may stand: only what is said from thirty voices on.
PER_CENT = {"counts.percent", "group.share", "group.share_small", "page.about_share", "page.spot_share"}


def said_in(language: str, *claims: Any) -> str:
    return compose(brief(claims=claims), STORY, language=language).everything[-1].text


def figures(example: Example, language: str) -> list[str]:
    """The figures of our words in order of size, without those of the window, whose month may be a figure too."""
    text = re.sub(r"[«“].*?[»”]", "", example.said(language)).replace("\u00a0", "")
    words = phrases(language)
    for citation in example.claim.citations:
        if (gap := getattr(citation, "gap", None)) is not None:
            text = text.replace(words.window(gap.since, gap.until, "UTC"), "")
    begin = datetime(2026, 2, 3, 9, tzinfo=UTC)
    for hours in (8, 24):
        text = text.replace(words.window(begin, begin + timedelta(hours=hours), "UTC"), "")
    return sorted(re.findall(r"\d+", re.sub(r"(?<=\d),(?=\d{3})", "", text)))


def test_every_kind_of_claim_has_an_example() -> None:
    assert set(EXAMPLES) == set(get_args(ClaimKind))
    assert all(one.claim.kind == kind for kind, one in EVERY)


@pytest.mark.parametrize("language", languages())
@CASES
def test_every_claim_is_a_whole_sentence(language: str, kind: str, example: Example) -> None:
    text = example.said(language)
    assert not BROKEN.search(text), f"{kind}: {text}"
    assert text[-1] in ".”»"


@pytest.mark.parametrize("language", [code for code in languages() if code != "en"])
@CASES
def test_every_claim_has_the_same_figures_in_every_language(language: str, kind: str, example: Example) -> None:
    assert (kind, figures(example, language)) == (kind, figures(example, "en"))


@pytest.mark.parametrize("language", languages())
@CASES
def test_no_claim_says_most_or_majority_or_a_share_that_it_does_not_have(
    language: str, kind: str, example: Example
) -> None:
    text = re.sub(r"[«“].*?[»”]", "", example.said(language))
    assert not re.search(BANNED[language], text, re.IGNORECASE), f"{kind}: {text}"
    has_share = any(name == "share" for name, _ in example.claim.numbers)
    assert ("%" in text) == has_share


@pytest.mark.parametrize("language", languages())
def test_no_phrase_says_most_or_majority_and_few_a_share(language: str) -> None:
    ours = flat(phrases(language).table)
    assert not [key for key, phrase in ours.items() if re.search(BANNED[language], phrase, re.IGNORECASE)]
    assert {without_forms(key) for key, phrase in ours.items() if "%" in phrase} <= PER_CENT


@pytest.mark.parametrize("language", languages())
def test_a_paragraph_fits_in_every_language(language: str) -> None:
    rng = random.Random(2026)  # noqa: S311 -- a fixed seed, nothing secret
    told = [claim for kind, one in EVERY if kind in {"group", "reporting", "post"} for claim in one.claims]
    left = [one.claims[-1] for kind, one in EVERY if kind in {"copies", "flood", "gap", "withheld", "not_scored"}]
    for _ in range(25):
        claims = (*rng.choices(told, k=rng.randrange(12)), *rng.choices(left, k=rng.randrange(9)))
        made = compose(brief(claims=claims), STORY, language=language)
        assert sum(one.words for one in made.sentences) <= MAX_WORDS
        assert len(made.left_out_text.split()) <= MAX_LEFT_OUT_WORDS or len(made.left_out) == 1


def test_what_is_broken_would_be_found() -> None:
    broken = (
        "{n} post",
        "a  b",
        "posts () by",
        "a ( b)",
        "that is all .",
        "a,, b",
        "all:.",
        " a",
        "« a»",
    )
    assert [text for text in broken if not BROKEN.search(text)] == []
    assert re.search(BANNED["ko"], "대부분은 비판적이다")
    assert re.search(BANNED["nb"], "De fleste er imot", re.IGNORECASE)


# --- Whole reports ---------------------------------------------------------------------------------


class Frame(HTMLParser):
    """The language of a page, and its headings."""

    def __init__(self) -> None:
        super().__init__()
        self.language: str | None = None
        self.headings: list[str] = []
        self._inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "html":
            self.language = dict(attrs)["lang"]
        self._inside = tag == "h2"

    def handle_data(self, data: str) -> None:
        if self._inside:
            self.headings.append(data)
            self._inside = False


@pytest.mark.parametrize(
    ("language", "heading", "related"),
    [
        ("en", "What people say", "Related stories"),
        ("nb", "Hva folk sier", "Relaterte artikler"),
        ("ko", "사람들의 반응", "관련 기사"),
    ],
)
def test_a_page_is_marked_with_its_language_and_has_its_headings(language: str, heading: str, related: str) -> None:
    frame = Frame()
    frame.feed(RENDERERS["html"](replace(report(), language=language)))
    assert (frame.language, frame.headings[0]) == (language, heading)
    assert phrases(language).pattern("page.related") == related


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize("made", [report(), report(brief=empty_brief(), rows=())], ids=["rich", "empty"])
def test_every_format_can_be_written_in_every_language(language: str, made: Any) -> None:
    there = replace(made, language=language)
    heading = phrases(language).pattern("page.heading")
    for render in (RENDERERS["html"], RENDERERS["markdown"], render_slack):
        assert heading in render(there)
    assert json.loads(RENDERERS["json"](there))["language"] == language


@pytest.mark.parametrize("language", languages())
def test_a_report_in_every_language_can_be_verified(tmp_path: Path, language: str) -> None:
    at = NOON + timedelta(hours=6)
    with Store.open(tmp_path / "monitor.db") as store:
        Made.save(store, posts())
        understand(store, own_accounts=frozenset(), outlets=frozenset())
        brief_each(store, as_of=at)
        publish(store, out=tmp_path / "out", language=language, time_zone="Europe/Oslo", as_of=at)
    (made,) = (tmp_path / "out").glob("*/report.json")
    assert verify(made) == Verdict(ok=True)
    beside = made.with_name("report.md")
    beside.write_text(beside.read_text(encoding="utf-8").replace("9", "8", 1), encoding="utf-8")
    assert not verify(made).ok


def test_the_command_line_writes_in_the_language_it_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "config.toml").write_text('language = "ko"\ntime_zone = "Europe/Oslo"\n', encoding="utf-8")
    with Store.open(tmp_path / "monitor.db") as store:
        Made.save(store, posts())
        understand(store, own_accounts=frozenset(), outlets=frozenset())
    at = ("--as-of", (NOON + timedelta(hours=6)).isoformat())
    assert main(["brief", "ferry", *at]) == 0
    assert "의견을 밝힌" in capsys.readouterr().out
    assert main(["brief", "ferry", "--lang", "nb", *at]) == 0
    assert "med en mening" in capsys.readouterr().out
    assert main(["report", "--lang", "nb", *at]) == 0
    page = next((tmp_path / "out").glob("*/report.html"))
    assert '<html lang="nb"' in page.read_text(encoding="utf-8")
    assert main(["report", "--as-of", (NOON + timedelta(hours=7)).isoformat()]) == 0
    assert '<html lang="ko"' in page.read_text(encoding="utf-8")
    capsys.readouterr()
    assert main(["run", "brief", "--lang", "tlh"]) == 2
    assert "; there are: en, ko, nb" in capsys.readouterr().err


# --- Norwegian -------------------------------------------------------------------------------------

NB = phrases("nb")
NORWEGIAN = (
    "Begrenset diskusjon på X og Bluesky: 31 innlegg av 23 personer den 3. februar 2026 kl. 10:00–18:00; "
    "14 personer uttrykker en mening. "
    "8 kontoer deler bare nyheten, blant dem Fjord Courier og <i>Kyst</i> & Fjell (9 innlegg, kopiert 12 ganger); "
    "den mest delte meldingen lyder: «County closes the Sundvik ferry in April». "
    "7 av 14 personer med en mening, blant dem en analytiker, er kritiske, med ord som sheep, milk og deck: "
    "«The ferry must stay, how else do we get the sheep across?» "
    "4 av 14 står på den andre siden og er positive, med ord som cheaper og boat: "
    "«The fast boat is cheaper and cleaner than the old ferry.» "
    "3 av 14 er ikke vurdert for tone, med ord som 배가 og 섬은: «배가 없으면 섬은 끝이다». "
    "Ingen tydelig endring siden forrige rapport: 14 personer med en mening, mot 12 da. "
    "Utelatt: 1 originalinnlegg, delt videre 12 ganger; 300 nesten like innlegg fra 280 kontoer; "
    "3 personer ikke vurdert for tone; 1 holdt tilbake; 2 slettet i ettertid; "
    "Bluesky ikke lest fullt ut: ukjent, ikke null."
)


def test_the_paragraph_reads_as_norwegian() -> None:
    made = compose(brief(claims=CLAIMS), STORY, language="nb", time_zone="Europe/Oslo")
    assert made.text == NORWEGIAN


@pytest.mark.parametrize(
    ("thing", "one", "many"),
    [
        ("post", "1 innlegg", "1\u00a0234 innlegg"),
        ("person", "1 person", "1\u00a0234 personer"),
        ("account", "1 konto", "1\u00a0234 kontoer"),
        ("copy", "1 kopi", "1\u00a0234 kopier"),
        ("near_identical", "1 nesten likt innlegg", "1\u00a0234 nesten like innlegg"),
        ("hour", "1 time", "1\u00a0234 timer"),
        ("day", "1 døgn", "1\u00a0234 døgn"),
    ],
)
def test_norwegian_counts(thing: str, one: str, many: str) -> None:
    assert (NB.count(thing, 1), NB.count(thing, 1_234)) == (one, many)


def test_norwegian_adjectives_agree_with_their_number() -> None:
    one, many = (said_in("nb", group_claim("p1", voices=n, of=9, tone="negative")) for n in (1, 5))
    assert one == "1 av 9 personer med en mening er kritisk."
    assert many == "5 av 9 personer med en mening er kritiske."
    only = said_in("nb", group_claim("p1", voices=1, of=1, stance="oppose", roles=("analyst",)))
    assert only == "Den eneste personen med en mening (1), en analytiker, er imot."


def test_a_norwegian_post_has_no_comma_before_its_brackets() -> None:
    words = {"platform": "x", "post_kind": "opinion", "tone": "positive", "possibly_ironic": "yes"}
    said = said_in("nb", claim("post", words=words))
    assert (
        said == "Et innlegg på X (muligens ironisk), positivt i tonen, er talt med, men teksten er holdt tilbake."
    )


def test_norwegian_numbers() -> None:
    assert [NB.number(n) for n in (0, 999, 1_000, -1_234_567)] == [
        "0", "999", "1\u00a0000", "−1\u00a0234\u00a0567",
    ]  # fmt: skip
    assert NB.money(1_234_560_000) == "1\u00a0234,56\u00a0USD"


@pytest.mark.parametrize(
    ("since", "until", "said"),
    [
        (None, None, "uansett tidspunkt"),
        (None, NOON, "fram til 3. februar 2026 kl. 13:00"),
        (NOON, NOON + timedelta(hours=8), "den 3. februar 2026 kl. 13:00–21:00"),
        (NOON, NOON + timedelta(days=1), "fra 3. februar 2026 kl. 13:00 til 4. februar 2026 kl. 13:00"),
        (NOON, NOON + timedelta(days=9), "fra 3. februar til 12. februar 2026"),
        (NOON - timedelta(days=60), NOON, "fra 5. desember 2025 til 3. februar 2026"),
    ],
)
def test_norwegian_windows(since: datetime | None, until: datetime | None, said: str) -> None:
    assert NB.window(since, until, "Europe/Oslo") == said


def test_norwegian_lists() -> None:
    assert [NB.names(("X", "Y", "Z")[:n]) for n in range(4)] == ["", "X", "X og Y", "X, Y og Z"]


# --- Korean ----------------------------------------------------------------------------------------

KO = phrases("ko")
KOREAN = (
    "제한적인 논의(X, 블루스카이): 2026년 2월 3일 10:00~18:00 사이 23명이 게시물 31건을 올렸고, "
    "이 중 14명이 의견을 밝혔다. "
    "소식만 공유한 계정 8개(Fjord Courier, <i>Kyst</i> & Fjell 등)가 게시물 9건(12번 복사됨)을 올렸으며, "
    "가장 널리 공유된 소식의 내용은 다음과 같다: “County closes the Sundvik ferry in April”. "
    "의견을 밝힌 14명 중 분석가 포함 7명은 비판적이다(표현 예: sheep, milk, deck): "
    "“The ferry must stay, how else do we get the sheep across?” "
    "반대편에서는 14명 중 4명이 긍정적이다(표현 예: cheaper, boat): "
    "“The fast boat is cheaper and cleaner than the old ferry.” "
    "14명 중 3명은 어조가 판정되지 않았다(표현 예: 배가, 섬은): “배가 없으면 섬은 끝이다”. "
    "지난 보고서 이후 뚜렷한 변화가 없다(이번에 의견을 밝힌 14명, 지난번 12명). "
    "제외: 원글 1건, 12번 재게시; 계정 280개의 거의 같은 게시물 300건; 한 계정이 게시물 31건 중 12건 작성; "
    "어조 미판정 3명; 비공개 1건; 이후 삭제 2건; 블루스카이: 일부 읽지 못함, 없음이 아니라 알 수 없음."
)
# What stands before a particle that follows the final sound: a counter, or a placeholder that ends in this one.
ENDS = {
    "people": "명",
    "posts": "건",
    "reports": "건",
    "others": "건",
    "shared": "건",
    "stories": "건",
    "accounts": "개",
    "now": "명",
}
CAMPS = dict.fromkeys(("loud", "larger"), "쪽")  # the sides as a subject  # fmt: skip
BESIDE = r"(?:\{(?:copies|outlets|share|new|top|label)\}|\([^()]*\))*"  # in brackets: read over
PARTICLE = r"(은|는|이|가|을|를|과|와|으로|로)(?![가-힣])"
BEFORE = re.compile(rf"(?:\{{(\w+)\}}|([명건개번분곳점]|시간)){BESIDE}{PARTICLE}")


def fits(syllable: str, particle: str) -> bool:
    """Whether a particle goes with the sound before it: Unicode orders Hangul syllables by their final sound."""
    final = (ord(syllable) - 0xAC00) % 28
    if particle in {"으로", "로"}:
        return (particle == "으로") == (final not in {0, 8})  # 8 is the sound l
    return (particle in {"은", "이", "을", "과"}) == bool(final)


def misfits(pattern: str) -> list[str]:
    """The particles of a pattern that do not fit, or that follow something whose sound is not known."""
    return [
        found.group()
        for found in BEFORE.finditer(pattern)
        if found[1] not in {None, *ENDS, *CAMPS}
        or not fits((ENDS | CAMPS)[found[1]] if found[1] else found[2][-1], found[3])
    ]


def test_the_paragraph_reads_as_korean() -> None:
    made = compose(brief(claims=CLAIMS), STORY, language="ko", time_zone="Europe/Oslo")
    assert made.text == KOREAN


def test_no_korean_particle_follows_a_sound_that_it_does_not_go_with() -> None:
    assert {key: misfits(phrase) for key, phrase in flat(KO.table).items() if misfits(phrase)} == {}
    said = {one.said("ko"): misfits(one.said("ko")) for _, one in EVERY}
    assert {text: wrong for text, wrong in said.items() if wrong} == {}


@pytest.mark.parametrize(
    "pattern",
    ["{people}가", "{posts}를", "{accounts}{outlets}이", "{names}은", "7명는", "3건(2번 복사됨)를", "{now}로"],
)
def test_a_korean_particle_that_does_not_fit_would_be_found(pattern: str) -> None:
    assert misfits(f"{pattern} 있다")


@pytest.mark.parametrize(
    "pattern",
    ["{people}이", "{posts}을", "{accounts}{outlets}가", "7명은", "3건(2번 복사됨)을", "{now}으로", "3번으로"],
)
def test_a_korean_particle_that_fits_is_left_alone(pattern: str) -> None:
    assert misfits(f"{pattern} 있다") == []


@pytest.mark.parametrize("name", ENDS)
def test_what_fills_a_korean_pattern_ends_in_its_counter(name: str) -> None:
    also = {"posts": "near_identical", "accounts": "only_share"}
    things = {
        "people": "person", "posts": "post", "reports": "only_report", "others": "other_post",
        "shared": "share_post", "stories": "story", "accounts": "account", "now": "person",
    }  # fmt: skip
    for thing in (things[name], also.get(name, things[name])):
        assert KO.count(thing, 5).endswith(ENDS[name])


def test_what_the_sides_are_called_in_korean_ends_in_the_same_sound() -> None:
    assert {name[-1] for name in KO.table["camps"].values()} == {"쪽"}


LOUD = {"stance": "oppose", "people": "support", "by": "stance"}


@pytest.mark.parametrize(
    ("language", "words", "said"),
    [
        (
            "nb",
            LOUD,
            (
                "Målt i innlegg (med kopier og masseposting) leder motstanderne med 69 mot 9; "
                "målt i personer leder tilhengerne med 9 mot 1: et høylytt mindretall."
            ),
        ),
        (
            "nb",
            LOUD | {"people": "none", "by": "tone"},
            (
                "Målt i innlegg (med kopier og masseposting) leder de kritiske med 69 mot 9; "
                "målt i personer leder ingen av sidene klart (1 mot 9)."
            ),
        ),
        (
            "ko",
            LOUD,
            (
                "게시물 수로는(복사본과 도배 포함) 반대하는 쪽이 69건 대 9건으로 앞서지만, "
                "사람 수로는 찬성하는 쪽이 9명 대 1명으로 앞선다(목소리 큰 소수)."
            ),
        ),
        (
            "ko",
            LOUD | {"people": "none", "by": "tone"},
            (
                "게시물 수로는(복사본과 도배 포함) 비판하는 쪽이 69건 대 9건으로 앞서지만, "
                "사람 수로는 1명 대 9명으로 어느 쪽도 뚜렷이 앞서지 않는다."
            ),
        ),
    ],
)
def test_a_loud_minority_in_norwegian_and_korean(language: str, words: dict[str, str], said: str) -> None:
    made = claim("loud_minority", words=words, posts=69, other_posts=9, voices=1, other_voices=9)
    assert said_in(language, made) == said


@pytest.mark.parametrize(
    ("language", "split", "lead"),
    [
        (
            "nb",
            (
                "Meningene er delte: Av 23 er 11 imot og 10 for; "
                "med 2 personer over på motsatt side ville den ene siden lede klart."
            ),
            "Med 1 person over på motsatt side ville ingen av sidene lede klart.",
        ),
        (
            "ko",
            "의견이 갈린다: 23명 중 11명은 반대하고 10명은 찬성한다(2명이 입장을 바꾸면 한쪽이 뚜렷이 앞선다).",
            "1명이 입장을 바꾸면 어느 쪽도 뚜렷이 앞서지 않는다.",
        ),
    ],
)
def test_how_few_would_turn_it_in_norwegian_and_korean(language: str, split: str, lead: str) -> None:
    near = claim("split", words={"by": "stance"}, support=10, oppose=11, of=23, flip=2)
    assert said_in(language, near) == split
    groups = [group_claim(f"p{n}", voices=n, of=14, stance=side) for n, side in ((8, "oppose"), (5, "support"))]
    minority = claim("minority", words={"group": "p5", "stance": "support"}, voices=5, of=14, flip=1)
    made = compose(brief(claims=(*groups, minority)), STORY, language=language)
    assert made.sentences[-1].text == lead


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("nb", "6 av 13 personer med en mening er kritiske i tonen uten å ta stilling."),
        ("ko", "의견을 밝힌 13명 중 6명은 찬반 입장 없이 비판적인 어조다."),
    ],
)
def test_a_tone_without_a_side_is_told_as_such_in_norwegian_and_korean(language: str, said: str) -> None:
    made = group_claim("p1", voices=6, of=13, tone="negative", no_side="yes")
    assert said_in(language, made) == said


@pytest.mark.parametrize(
    ("thing", "said"),
    [
        ("post", "게시물 1,234건"),
        ("person", "1,234명"),
        ("account", "계정 1,234개"),
        ("time", "1,234번"),
        ("with_opinion", "의견을 밝힌 1,234명"),
        ("hour", "1,234시간"),
    ],
)
def test_korean_counts(thing: str, said: str) -> None:
    assert KO.count(thing, 1_234) == said


def test_one_korean_is_not_all_of_them() -> None:
    one, all_of_them = (said_in("ko", group_claim("p1", voices=n, of=n, stance="oppose")) for n in (1, 5))
    assert (one, all_of_them) == ("의견을 밝힌 1명은 반대한다.", "의견을 밝힌 5명 모두 반대한다.")


def test_one_korean_with_a_role_has_the_role_alone() -> None:
    one, some = (
        said_in("ko", group_claim("p1", voices=n, of=9, stance="support", roles=("analyst",))) for n in (1, 5)
    )
    assert one == "의견을 밝힌 9명 중 분석가 1명은 찬성한다."
    assert some == "의견을 밝힌 9명 중 분석가 포함 5명은 찬성한다."


def test_a_korean_minority_is_counted_with_its_counter_wherever_it_stands() -> None:
    words = {"group": "p4", "label": (), "stance": "support", "tone": "", "language": "en"}
    minority = claim("minority", words=words, voices=4, of=14)
    assert said_in("ko", minority) == "반대편에서는 의견을 밝힌 14명 중 4명이 찬성한다."
    other = group_claim("p1", voices=7, of=14, stance="oppose")
    assert said_in("ko", other, minority) == "반대편에서는 14명 중 4명이 찬성한다."


@pytest.mark.parametrize(
    ("since", "until", "said"),
    [
        (None, None, "전체 기간에"),
        (NOON, None, "2026년 2월 3일 13:00부터"),
        (NOON, NOON + timedelta(hours=8), "2026년 2월 3일 13:00~21:00 사이"),
        (NOON, NOON + timedelta(days=1), "2026년 2월 3일 13:00부터 2026년 2월 4일 13:00까지"),
        # The year stands before the first day, not after the last.
        (NOON, NOON + timedelta(days=9), "2026년 2월 3일부터 2월 12일까지"),
        (NOON - timedelta(days=60), NOON, "2025년 12월 5일부터 2026년 2월 3일까지"),
    ],
)
def test_korean_windows(since: datetime | None, until: datetime | None, said: str) -> None:
    assert KO.window(since, until, "Europe/Oslo") == said


def test_korean_money_and_lists() -> None:
    assert KO.money(1_234_560_000) == "1,234.56달러"
    assert KO.names(("X", "블루스카이", "웹")) == "X, 블루스카이, 웹"


# --- The page for reviewers ------------------------------------------------------------------------


@pytest.mark.parametrize("language", languages())
def test_the_page_for_reviewers_holds_every_key_and_every_kind_of_claim(language: str) -> None:
    page = review(language)
    for key, phrase in flat(phrases(language).table).items():
        assert f"<code>{key}</code>" in page
        assert escape(phrase.replace("\u00a0", "")) in page.replace("\u00a0", "").replace(
            '<span class="space" title="no-break space"></span>', ""
        )
    for kind in get_args(ClaimKind):
        assert f"Claim: {kind}</h2>" in page
    for n in COUNTS:
        assert f"<code>post, {n}</code>" in page


def test_the_page_for_reviewers_loads_nothing_and_refuses_an_unknown_language() -> None:
    assert not re.search(r"<script|<link|<img|https?://", review("nb"))
    with pytest.raises(ValueError, match="no phrases for 'xx'"):
        review("xx")


def test_the_page_for_reviewers_is_printed_by_its_module() -> None:
    module = (sys.executable, "-m", "reports.phrases.review")
    done = subprocess.run([*module, "ko"], check=True, capture_output=True, cwd=ROOT)
    assert done.stdout.decode() == review("ko")
    wrong = subprocess.run([*module, "xx"], check=False, capture_output=True, cwd=ROOT, text=True)
    assert (wrong.returncode, wrong.stdout) == (1, "")
    assert "there are: en, ko, nb" in wrong.stderr
