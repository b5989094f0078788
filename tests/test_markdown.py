"""The Markdown report: gold, and nothing of strangers that means anything."""

from __future__ import annotations

import pytest
from markdown_it import MarkdownIt

from reports.markdown import escaped, link, render
from tests.gold_files import assert_is_gold
from tests.sample_report import empty_brief, report

FULL = render(report())
COMMONMARK = MarkdownIt("commonmark").enable(["table", "strikethrough"])


def test_the_document_is_gold() -> None:
    assert_is_gold("report.md", FULL)


def test_the_document_of_a_story_nobody_mentions_is_gold() -> None:
    assert_is_gold("empty.md", render(report(brief=empty_brief(), timeline=())))


HOSTILE = [
    "# Heading", "- item", "+ item", "* item", "1. one", "12) twelve", "> quote", "---", "===", "| a | b |", "```",
    "~~~", "[x](https://evil.example)", "![x](https://evil.example/p.png)", "[x]: javascript:alert(1)",
    "[^1]: note", "<b>bold</b>", "<!-- hide", "&#x3C;script&#x3E;", "&amp;", "`code`", "**bold**", "__bold__",
    "~~gone~~", "a\\*b\\", "https://evil.example/x", "www.evil.example", "me@evil.example", "<https://evil.example>",
    "    indented",
    "line\n# heading\n\n- list", "x\n=====", "[ ] task", "$x$", ":smile:", "@team #12", "//evil.example/x",
]  # fmt: skip


@pytest.mark.parametrize("before", ["", "> ", "- ", "word "], ids=["line", "quote", "item", "word"])
@pytest.mark.parametrize("text", HOSTILE)
def test_escaped_text_is_only_text(text: str, before: str) -> None:
    tokens = [
        token.type
        for block in COMMONMARK.parse(before + escaped(text))
        for token in (block, *(block.children or ()))
    ]
    frame = {"paragraph_open", "paragraph_close", "inline", "text", "text_special"}
    if before == "> ":
        frame |= {"blockquote_open", "blockquote_close"}
    if before == "- ":
        frame |= {"bullet_list_open", "bullet_list_close", "list_item_open", "list_item_close"}
    assert set(tokens) <= frame


@pytest.mark.parametrize("text", HOSTILE)
def test_escaped_text_reads_as_it_was_written(text: str) -> None:
    (_, inline, _) = COMMONMARK.parse(escaped(text))
    shown = "".join(child.content for child in inline.children or ())
    assert shown.replace("\u2060", "") == " ".join(text.split())


def test_a_link_shows_its_host() -> None:
    made = link("https://news.example/a?b=1&copy=2", "Open", "")
    assert made == "[Open](<https://news.example/a?b=1&amp;copy=2>) (news\\.example)"


@pytest.mark.parametrize("url", ["javascript:alert(1)", "//evil.example", "http://[::1", "", None])
def test_what_is_no_web_address_becomes_no_link(url: str | None) -> None:
    assert "](" not in link(url, "Open", "none")


@pytest.mark.parametrize("url", ["https://a.example/`x`", "https://a.example/>x", "https://a.example/x)y[z]"])
def test_an_address_stays_within_its_link(url: str) -> None:
    (_, inline, _) = COMMONMARK.parse(f"{link(url, 'Open', '')} and `code`")
    kinds = [child.type for child in inline.children or ()]
    assert kinds.count("link_open") == 1
    assert kinds.count("code_inline") == 1


def test_the_only_html_is_our_anchors() -> None:
    for block in COMMONMARK.parse(FULL):
        assert block.type != "html_block"
        for child in block.children or ():
            if child.type == "html_inline":
                assert child.content == "</a>" or child.content.startswith(('<a id="c', '<a id="p'))
