"""A link becomes a story: what a page says of itself, in whatever way it does, and what it says of its picture."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from monitor.errors import SourceGarbled, SourceRefused, SourceUnavailable
from monitor.model import Page, Query
from monitor.sources.article_page import decoded, read, story_of
from tests.fakes.services import build
from tests.fakes.web import FakeWeb, Reply

if TYPE_CHECKING:
    from monitor.model import Story
    from tests.fakes.web import Asked

NOW = datetime(2026, 2, 3, 12, 0, tzinfo=UTC)
URL = "https://www.courier.example/ferry?utm_source=x"
NEWS: dict[str, Any] = {
    "@context": "https://schema.org",
    "@type": ["NewsArticle"],
    "headline": "County closes  the Sundvik ferry",
    "description": "A boat replaces it.",
    "datePublished": "2026-02-03T07:00:00+01:00",
    "inLanguage": "en-GB",
    "publisher": {"@type": "Organization", "name": "Fjord Courier"},
    "image": [{"@type": "ImageObject", "url": "/img/quay.jpg", "caption": "The quay at dawn. AI-generated image"}],
    "mainEntityOfPage": "https://courier.example/ferry",
}


def page(*blocks: object, head: str = "", body: str = "") -> str:
    scripts = "".join(f'<script type="application/ld+json">{json.dumps(block)}</script>' for block in blocks)
    return f'<html lang="nb"><head>{head}{scripts}</head><body>{body}</body></html>'


def told(html: str, url: str = URL) -> Story:
    return story_of(read(html), url)


def test_what_a_page_describes_as_its_article_is_the_story() -> None:
    for block in (NEWS, [NEWS], {"@graph": [{"@type": "WebPage", "headline": "no"}, NEWS]}):
        story = told(page(block))
        assert (story.title, story.lead) == ("County closes the Sundvik ferry", "A boat replaces it.")
        assert (story.publisher, story.language) == ("Fjord Courier", "en")
        assert story.published_at == datetime(2026, 2, 3, 6, 0, tzinfo=UTC)
        assert story.id == story.url == "https://www.courier.example/ferry"
        assert story.image is not None
        assert (story.image.url, story.image.ai_generated) == ("https://www.courier.example/img/quay.jpg", True)


def test_open_graph_and_plain_metadata_stand_in_where_there_is_no_more() -> None:
    head = (
        '<meta property="og:title" content="Ferga &amp; kaia"><meta name="description" content="Kort.">'
        '<meta property="og:site_name" content="Sundvik Avis"><meta property="og:image" content="https://i.example/a.jpg">'
        '<meta property="article:published_time" content="2026-02-03">'
        '<link rel="canonical" href="https://courier.example/nyheter/ferga/">'
    )
    story = told(page(head=head))
    assert (story.title, story.lead, story.publisher, story.language) == (
        "Ferga & kaia",
        "Kort.",
        "Sundvik Avis",
        "nb",
    )
    assert story.url == "https://courier.example/nyheter/ferga"
    assert story.image is not None
    assert (story.image.url, story.image.caption, story.image.ai_generated) == (
        "https://i.example/a.jpg",
        None,
        None,
    )
    assert told("<title>\n Only\n a title </title>").title == "Only a title"
    assert told("<title>x</title>").publisher == "www.courier.example"


@pytest.mark.parametrize(
    "caption",
    [
        "Bilde generert av AI",
        "KI-generert illustrasjon: Avisa",
        "Foto: AI-generated with a model",
        "Image générée par IA",
        "Das Bild wurde KI-generiert",
        "사진: AI로 생성한 이미지",
    ],
)
def test_a_caption_that_says_so_marks_an_image_as_made_by_a_model(caption: str) -> None:
    figure = f'<figure><img src="https://cdn.example/1200/quay.jpg?w=3"><figcaption><b>{caption}</b></figcaption></figure>'
    head = '<title>x</title><meta property="og:image" content="https://cdn.example/600/quay.jpg">'
    image = told(page(head=head, body=figure)).image
    assert image is not None
    assert (image.caption, image.ai_generated) == (caption, True)


@pytest.mark.parametrize("caption", ["Statsminister Kai Aibel", "The AI summit in Paris", "Aida på kaia"])
def test_other_words_are_no_such_sign(caption: str) -> None:
    figure = f'<figure><img src="/quay.jpg"><figcaption>{caption}</figcaption></figure>'
    image = told(page(head='<title>x</title><meta property="og:image" content="/quay.jpg">', body=figure)).image
    assert image is not None
    assert image.ai_generated is None


def test_metadata_of_the_image_marks_it_too() -> None:
    source = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
    image = told(page({**NEWS, "image": {"url": "/a.jpg", "digitalSourceType": source}})).image
    assert image is not None
    assert image.ai_generated is True


def test_a_page_speaks_for_no_other_host() -> None:
    head = '<title>x</title><link rel="canonical" href="https://evil.example/else">'
    assert told(page(head=head)).url == "https://www.courier.example/ferry"


@pytest.mark.parametrize(
    ("body", "kind", "text"),
    [
        ("Færge".encode("latin-1"), "text/html; charset=ISO-8859-1", "Færge"),
        (b'<meta charset="windows-1252">F\xe6rge', "text/html", '<meta charset="windows-1252">Færge'),
        ("Ferje".encode("utf-16"), "text/html", "Ferje"),
        ("\ufeffFerje".encode(), "", "Ferje"),
        (b"Ferje\xff", "text/html; charset=no-such", "Ferje\ufffd"),
    ],
)
def test_a_page_is_read_in_its_encoding(body: bytes, kind: str, text: str) -> None:
    assert decoded(body, kind) == text


def test_no_page_breaks_the_reader() -> None:
    odd: tuple[object, ...] = (
        None,
        "",
        0,
        -1,
        True,
        [],
        {},
        ["a"],
        {"a": 1},
        "\0",
        "x" * 9_000,
        [[]],
        [{"url": 7}],
    )
    for key in NEWS:
        for value in odd:
            read(page({**NEWS, key: value}))
            try:
                told(page({**NEWS, key: value}, head="<title>t</title>"))
            except ValueError as problem:
                pytest.fail(f"{key}: {value!r}: {problem}")
    for html in (
        "<" * 9_000,
        "<figure>" * 3_000,
        '<script type="application/ld+json">{',
        "<title><title>",
        "</figure>x",
    ):
        read(html)


# --- The source --------------------------------------------------------------------------------------


def fetched(web: FakeWeb, after: str | None, now: datetime = NOW, **options: Any) -> Page:
    urls = [f"{web.url}/a", f"{web.url}/b"]
    (made,) = build("article", web.url, urls=urls, **options).fetch(Query(text=""), after, now)
    return made


def test_a_page_is_read_once_a_day_and_only_where_it_has_changed() -> None:
    def answer(asked: Asked) -> Reply:
        if asked.headers.get("if-none-match") == '"1"':
            return Reply(status=304)
        return Reply(
            headers={"content-type": "text/html", "etag": '"1"'}, body=f"<title>{asked.path}</title>".encode()
        )

    with FakeWeb(answer) as web:
        first = fetched(web, None)
        assert [story.title for story in first.stories] == ["/a", "/b"]
        second = fetched(web, first.cursor, NOW + timedelta(hours=1))
        assert (second.stories, len(web.asked)) == ((), 2)
        third = fetched(web, second.cursor, NOW + timedelta(hours=21))
        assert (third.stories, len(web.asked)) == ((), 4)
        assert json.loads(third.cursor or "")[f"{web.url}/a"]["etag"] == '"1"'


def test_one_link_that_is_dead_keeps_no_other_from_being_read() -> None:
    def answer(asked: Asked) -> Reply:
        return Reply(status=404) if asked.path == "/a" else Reply(body=b"<title>b</title>")

    with FakeWeb(answer) as web:
        reading = build("article", web.url, urls=[f"{web.url}/a", f"{web.url}/b"]).fetch(Query(text=""), None, NOW)
        assert [story.title for story in next(reading).stories] == ["b"]
        with pytest.raises(SourceRefused, match="404"):
            next(reading)


def test_what_is_no_page_is_told() -> None:
    pdf = Reply(headers={"content-type": "application/pdf"}, body=b"%PDF")
    with FakeWeb(lambda _: pdf) as web, pytest.raises(SourceGarbled, match="application/pdf"):
        fetched(web, None)
    with pytest.raises(SourceUnavailable):
        fetched(web, None)


def test_an_address_in_the_own_network_is_refused_unless_it_is_allowed() -> None:
    with FakeWeb(lambda _: Reply(body=b"<title>secret</title>")) as web:
        with pytest.raises(SourceRefused):
            fetched(web, None, allow_private_hosts=False)
        assert web.asked == []


def test_the_text_of_an_article_is_taken_out_of_its_page() -> None:
    paragraphs = "".join(f"<p>{text}</p>" for text in [
        "The county closes the Sundvik ferry on the first of April, after forty years.",
        "A speedboat without a car deck takes its place, and the teachers of the island say they were not asked.",
        "The council says that thirty-eight million a year is too much for so few cars.",
    ])  # fmt: skip
    html = f"<html><head><title>Ferry</title></head><body><nav>Menu Home</nav><article><h1>Ferry</h1>{paragraphs}"
    html += "</article><footer>Cookies</footer></body></html>"
    with FakeWeb(lambda _: Reply(headers={"content-type": "text/html"}, body=html.encode())) as web:
        story = fetched(web, None).stories[0]
    assert "teachers of the island" in story.body
    assert "Menu" not in story.body
