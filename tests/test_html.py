"""The page: gold, its policy, what a machine reads from it, and what it leaves out."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from dataclasses import replace
from hashlib import sha256
from html.parser import HTMLParser

import pytest

from monitor.model import Citation, Interval, PostCitation, Tones
from reports.html import render
from tests.dom import page_of
from tests.gold_files import assert_is_gold
from tests.sample_report import CLAIMS, FIGURES, LEFT, RELATED, STORY, brief, claim, empty_brief, report

FULL = render(report())
EMPTY = render(report(brief=empty_brief(), timeline=()))


def test_the_page_is_gold() -> None:
    assert_is_gold("report.html", FULL)


def test_the_page_of_a_story_nobody_mentions_is_gold() -> None:
    assert_is_gold("empty.html", EMPTY)


@pytest.mark.parametrize("html", [FULL, EMPTY], ids=["full", "empty"])
def test_the_policy_allows_the_one_style_and_nothing_else(html: str) -> None:
    page = page_of(html)
    (policy,) = page.all("meta", **{"http-equiv": "Content-Security-Policy"})
    (style,) = page.styles
    allowed = "sha256-" + b64encode(sha256(style.encode()).digest()).decode()
    assert policy["content"] == (
        f"default-src 'none'; style-src '{allowed}'; img-src data:; base-uri 'none'; form-action 'none'"
    )
    assert not {"script", "iframe", "object", "img", "base", "form"} & {tag for tag, _ in page.elements}
    assert not [attributes for _, attributes in page.elements if "style" in attributes]


@pytest.mark.parametrize("html", [FULL, EMPTY], ids=["full", "empty"])
def test_the_page_loads_nothing(html: str) -> None:
    page = page_of(html)
    assert "url(" not in "".join(page.styles).replace("url(#", "")
    assert "@import" not in "".join(page.styles)
    assert [attributes["href"] for attributes in page.all("link")] == ["data:,"]
    assert not [attributes for _, attributes in page.elements if "src" in attributes or "srcset" in attributes]


def test_every_link_out_is_guarded_and_the_others_stay_here() -> None:
    for link in page_of(FULL).all("a"):
        if link["href"].startswith(("http://", "https://")):
            assert link["rel"] == "noopener noreferrer nofollow"
        else:
            ours = {"report.json", "report.md", f"../{RELATED[0].folder}/report.html"}
            assert link["href"].startswith("#") or link["href"] in ours


@pytest.mark.parametrize("html", [FULL, EMPTY], ids=["full", "empty"])
def test_every_citation_leads_to_its_proof(html: str) -> None:
    page = page_of(html)
    ids = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    targets = {link["href"].removeprefix("#") for link in page.all("a") if link["href"].startswith("#")}
    assert targets <= set(ids)
    assert re.findall(r"^[cp]\d+$", "\n".join(sorted(ids)), re.MULTILINE)


def test_each_sentence_carries_its_claim() -> None:
    carried = [json.loads(span["data-claim"]) for span in page_of(FULL).all("span") if "data-claim" in span]
    told = [one["kind"] for one in carried]
    assert told[:3] == ["volume", "reporting", "group"]
    assert "gap" in told
    assert carried[0]["numbers"] == {"posts": 31, "voices": 23, "opinions": 14, "reporting_posts": 9}
    assert carried[2]["citations"][0]["quote"] == "The ferry must stay, how else do we get the sheep across?"


def test_who_wrote_it_is_visible_and_readable_by_machines() -> None:
    page = page_of(render(report(brief=brief(written_by="model acme-7"))))
    assert page.all("meta", name="what-people-say:written-by", content="model acme-7")
    assert "Written by acme-7 from cited posts" in page.text
    assert "Written by rules from cited posts" in page_of(FULL).text


def test_a_report_on_nothing_says_nothing_about_tone() -> None:
    text = page_of(EMPTY).text
    assert "No posts found" in text
    assert "sentiment" not in text.lower()
    assert "%" not in text


def test_below_thirty_voices_there_is_no_per_cent_sign() -> None:
    assert "%" not in page_of(FULL).text


def test_from_thirty_voices_the_net_has_a_range_rounded_to_five() -> None:
    figures = replace(
        FIGURES, opinion_voices=120, opinion_posts=140, opinions=Tones(negative=60, neutral=20, positive=40),
        net=Interval(low=-0.733, value=-0.167, high=0.4, level=0.9),
    )  # fmt: skip
    text = page_of(render(report(brief=brief(figures=figures, posts=300)))).text
    assert "−15 points" in text
    assert "range −75 to +40" in text
    assert "about 45%" in text


def test_disagreeing_ways_of_counting_are_flagged() -> None:
    assert "disagree on which tone leads: raw negative, one vote a person neutral" in page_of(FULL).text
    same = replace(FIGURES, by_voice=FIGURES.opinions)
    assert "three ways of counting agree" in page_of(render(report(brief=brief(figures=same)))).text


def test_a_withheld_post_shows_no_text() -> None:
    assert "22 33 44 55" not in FULL
    assert "Text withheld" in FULL


def test_the_quoted_part_of_a_post_is_marked_and_the_rest_is_there() -> None:
    assert "Finally! <mark>The fast boat is cheaper and cleaner than the old ferry.</mark>" in FULL


def test_a_very_long_post_is_cut_with_a_word_about_it() -> None:
    cited = tuple(replace(post, text="A" * 1_000_000) for post in report().cited[:1])
    html = render(report(cited=cited))
    assert len(html) < 100_000
    assert "cut here" in html


def test_a_picture_is_described_and_never_loaded() -> None:
    assert "AI-generated image" in FULL
    assert page_of(FULL).all("a", href="https://news.example/ferry.jpg")


def test_unread_hours_are_hatched() -> None:
    assert FULL.count('fill="url(#hatch)"') == 2
    assert "not wholly" in page_of(FULL).text


def test_what_did_not_fit_is_in_the_appendix() -> None:
    assert page_of(FULL).text.count("Languages: English 20 and Korean 3.") == 1
    assert "Not in the paragraph for want of room: 2 claims." in FULL


def test_change_is_a_figure() -> None:
    words = {"tone": "negative", "direction": "more"}
    moved = claim("change", words=words, now=20, of=25, before=2, of_before=22)
    changed = page_of(render(report(brief=brief(claims=(*CLAIMS[:6], moved, *LEFT))))).text
    assert "More critical" in changed
    assert "20 of 25, before 2 of 22" in changed
    assert "None clear" in page_of(FULL).text
    assert "First report" in page_of(render(report(brief=brief(claims=CLAIMS[:2])))).text


def test_no_claims_at_all_is_unknown_and_not_calm() -> None:
    text = page_of(render(report(brief=brief(claims=(), groups=(), reads=(), gaps=())))).text
    assert "Not measured" in text


def test_received_adds_up_for_each_source() -> None:
    text = page_of(FULL).text
    assert "Received = stored + duplicate + quarantined + deleted" in text
    assert all(figure in text for figure in ("337", "330", "$1.69"))


def test_the_story_in_another_language_is_marked() -> None:
    assert '<bdi lang="nb">' in render(report(replace(STORY, language="nb")))


# --- Languages on one page -------------------------------------------------------------------------


class Spoken(HTMLParser):
    """Each text of a page with the language that it counts as, and the labels of its citations likewise."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[tuple[str, str]] = []
        self.texts: list[tuple[str, str]] = []
        self.labels: set[tuple[str, str]] = set()
        self.feed(html)
        self.close()

    @property
    def language(self) -> str:
        return self.open[-1][1] if self.open else ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        language = found["lang"] or "" if "lang" in found else self.language
        if tag not in {"meta", "link"}:  # they have no end
            self.open.append((tag, language))
        if found.get("class") == "cite":
            self.labels.add((str(found["aria-label"]).split()[0], language))

    def handle_endtag(self, tag: str) -> None:
        while self.open and self.open.pop()[0] != tag:
            pass

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Hold no text: <rect/> and the like."""

    def handle_data(self, data: str) -> None:
        self.texts.append((data, self.language))

    def of(self, text: str) -> set[str]:
        """In which languages `text` stands on the page."""
        return {language for data, language in self.texts if text in data}


@pytest.mark.parametrize(("language", "label"), [("en", "Proof"), ("nb", "Belegg"), ("ko", "근거")])
def test_what_people_wrote_is_in_their_language_and_what_we_say_in_ours(language: str, label: str) -> None:
    page = Spoken(render(report(language=language)))
    assert page.of("The ferry must stay, how else do we get the sheep across?") == {"en"}
    assert page.of("The fast boat is cheaper and cleaner than the old ferry.") == {"en"}
    assert page.of("배가 없으면 섬은 끝이다") == {"ko"}
    assert page.of("העבורת יקרה מדי, הסירה זולה יותר לכולם") == {"he"}
    assert page.of("הסירה החדשה") == {"he"}
    assert page.of(STORY.title) <= {"en", language}  # the title of the window can have no language of its own
    assert page.labels == {(label, language)}


def _unknown(cited: Citation) -> Citation:
    return replace(cited, language="und") if isinstance(cited, PostCitation) and cited.quote else cited


def test_what_has_no_known_language_does_not_pass_for_that_of_the_page() -> None:
    unknown = tuple(replace(post, language="und") for post in report().cited)
    proofs = [[_unknown(cited) for cited in one.citations] for one in CLAIMS]
    quoted = tuple(replace(one, citations=tuple(proof)) for one, proof in zip(CLAIMS, proofs, strict=True))
    groups = tuple(replace(one, quote=one.quote and replace(one.quote, language="und")) for one in brief().groups)
    said = brief(claims=quoted, groups=groups)
    page = Spoken(render(report(replace(STORY, language=None), brief=said, cited=unknown, language="ko")))
    assert page.of("The ferry must stay, how else do we get the sheep across?") == {""}
    assert page.of(STORY.lead) == {""}


def rules_of(html: str) -> dict[str, str]:
    """The style's rules outside of @media, by selector."""
    (style,) = page_of(html).styles
    lines = [line for line in style.splitlines() if not line.startswith("@")]
    return dict(re.findall(r"([^{}]+)\{([^{}]*)\}", "".join(lines)))


def test_korean_breaks_between_words_and_never_sticks_out() -> None:
    html = render(report(language="ko"))
    rules = rules_of(html)
    assert page_of(html).all("html", lang="ko")
    assert rules[":lang(ko)"] == "word-break:keep-all"
    assert "overflow-wrap:anywhere" in rules["body"].split(";")
    # They have no spaces to break at, and would take it over from the page around them.
    assert rules[":lang(ja),:lang(zh)"] == "word-break:normal"
    again = {selector for selector, rule in rules.items() if "word-break" in rule or "overflow-wrap" in rule}
    assert again == {"body", "table", ":lang(ko)", ":lang(ja),:lang(zh)"}
