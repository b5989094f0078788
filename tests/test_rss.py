"""Feeds: their items become stories, and a hostile feed ends within its limits."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from monitor.errors import SourceGarbled, SourceRefused, SourceUnavailable
from monitor.model import Image, Page, Query
from monitor.sources import feed_child
from monitor.sources.rss import RssOptions, parse
from tests.fakes.services import given
from tests.fakes.web import FakeWeb, Reply

DATA = Path(__file__).parent / "data" / "rss"
NOW = datetime(2026, 2, 3, 12, 0, tzinfo=UTC)


def read(reply: Reply, after: str | None = None, **options: Any) -> Page:
    with FakeWeb(lambda _: reply) as web:
        feed = RssOptions(name="courier", url=web.url + "/feed", allow_private_hosts=True, **options)
        (page,) = feed.source(given()).fetch(Query(text=""), after, NOW)
    return page


def feed(name: str) -> Reply:
    return Reply(body=(DATA / name).read_bytes(), headers={"Content-Type": "application/rss+xml"})


def item(inside: str) -> Reply:
    return Reply(body=f"<rss version='2.0'><channel><title>t</title><item>{inside}</item></channel></rss>".encode())


def test_an_rss_item_becomes_a_story_in_plain_text() -> None:
    story = read(feed("ferry.rss")).stories[0]
    assert story.id == "fc-2026-0117"
    assert story.title == "County closes the Sundvik ferry & sells the quay"
    assert story.lead == "The car ferry makes its last trip on 31 March.\nA boat without car deck replaces it."
    assert story.body == "The whole story.\nIn two lines."
    assert story.url == "https://news.example/ferry?utm_source=rss"
    assert (story.publisher, story.language) == ("Fjord Courier", "en-GB")
    assert story.published_at == datetime(2026, 2, 3, 6, tzinfo=UTC)
    assert story.image == Image(url="https://news.example/ferry.jpg", caption="The quay at dawn")


def test_an_item_without_guid_is_named_by_its_link_and_an_unreadable_time_is_counted() -> None:
    page = read(feed("ferry.rss"))
    assert page.stories[1].id == "https://news.example/bus"
    assert page.stories[1].published_at is None
    assert page.unread == (("published: unreadable time", 1),)


def test_an_item_without_title_and_link_is_quarantined() -> None:
    page = read(feed("ferry.rss"))
    assert (len(page.stories), page.received) == (2, 3)
    assert page.rejected[0].reason == "an item needs an id or a link"


def test_an_atom_entry_becomes_a_story() -> None:
    (story,) = read(feed("ferry.atom")).stories
    assert (story.id, story.title) == ("tag:news.example,2026:117", "Ferja legges ned")
    assert (story.language, story.publisher) == ("nb", "Fjordkureren")
    assert story.published_at == datetime(2026, 2, 3, 6, tzinfo=UTC)


def test_the_config_wins_over_the_feed() -> None:
    (story,) = read(feed("ferry.atom"), language="nn", publisher="FK").stories
    assert (story.language, story.publisher) == ("nn", "FK")


def test_an_unchanged_feed_is_not_sent_again() -> None:
    def answer(asked: Any) -> Reply:
        if asked.headers.get("if-none-match") == '"v1"' and asked.headers.get("if-modified-since") == "then":
            return Reply(status=304)
        return Reply(body=(DATA / "ferry.rss").read_bytes(), headers={"ETag": '"v1"', "Last-Modified": "then"})

    with FakeWeb(answer) as web:
        source = RssOptions(name="courier", url=web.url, allow_private_hosts=True).source(given())
        (first,) = source.fetch(Query(text=""), None, NOW)
        (second,) = source.fetch(Query(text=""), first.cursor, NOW + timedelta(hours=1))
        (third,) = source.fetch(Query(text=""), second.cursor, NOW + timedelta(hours=2))
    assert [page.received for page in (first, second, third)] == [3, 0, 0]
    assert second.covered is not None
    assert (second.covered.since, second.covered.until) == (NOW, NOW + timedelta(hours=1))


def test_conditions_of_one_address_are_not_sent_to_another() -> None:
    cursor = json.dumps({"url": "http://other.example/", "etag": '"v1"', "at": NOW.isoformat()})
    with FakeWeb(lambda _: feed("ferry.rss")) as web:
        source = RssOptions(name="courier", url=web.url, allow_private_hosts=True).source(given())
        list(source.fetch(Query(text=""), cursor, NOW))
    assert "if-none-match" not in web.asked[0].headers


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        (Reply(body=b"<html><title>Log in</title><form></form></html>"), SourceGarbled),
        (Reply(body=b""), SourceGarbled),
        (Reply(body=b"\x00" * 1000), SourceGarbled),
        (Reply(status=404), SourceRefused),
        (Reply(status=401), SourceRefused),
        (Reply(status=503), SourceUnavailable),
        (Reply(status=429), SourceUnavailable),
        (Reply(status=206, body=b"<rss"), SourceGarbled),
        (Reply(drop=True), SourceUnavailable),
        (Reply(body=b"<rss", length=99), SourceUnavailable),
    ],
)
def test_a_faulty_answer_becomes_its_class(reply: Reply, expected: type[Exception]) -> None:
    with pytest.raises(expected, match="courier: "):
        read(reply)


@pytest.mark.parametrize(
    ("header", "later"),
    [
        ("120", NOW + timedelta(minutes=2)),
        ("Tue, 03 Feb 2026 12:05:00 GMT", NOW + timedelta(minutes=5)),
        ("99999999999999", None),
        ("soon", None),
        ("-5", None),
    ],
)
def test_it_says_when_to_come_back(header: str, later: datetime | None) -> None:
    with pytest.raises(SourceUnavailable) as caught:
        read(Reply(status=503, headers={"Retry-After": header}))
    assert caught.value.retry_after == later


def test_a_feed_on_the_own_network_is_refused_unless_the_config_permits_it() -> None:
    with FakeWeb(lambda _: feed("ferry.rss")) as web:
        source = RssOptions(name="courier", url=web.url).source(given())
        with pytest.raises(SourceRefused):
            list(source.fetch(Query(text=""), None, NOW))
    assert web.asked == []


def test_only_the_first_thousand_items_are_read_and_the_rest_is_counted() -> None:
    many = "".join(f"<item><title>t{n}</title><link>https://a.example/{n}</link></item>" for n in range(1_200))
    page = read(Reply(body=f"<rss version='2.0'><channel>{many}</channel></rss>".encode()))
    assert (len(page.stories), page.unread) == (1_000, (("items beyond the first 1000", 200),))


def _item(title: str, more: str = "") -> str:
    link = "<link>https://a.example/</link>"
    return f"<rss version='2.0'><channel><item><title>{title}</title>{link}{more}</item></channel></rss>"


HOSTILE = {
    "quadratic entities": "<!DOCTYPE r [<!ENTITY a '" + "x" * 100_000 + "'>]>" + _item("&a;" * 1000),
    "entity of a file": "<!DOCTYPE r [<!ENTITY a SYSTEM 'file:///etc/passwd'>]>" + _item("t &a;"),
    "deep nesting": _item("t", "<description>" + "<b>" * 50_000 + "</description>"),
    "only brackets": "<" * 200_000,
    "many items": _item("t").replace("</channel>", "<item><title>t</title></item>" * 70_000 + "</channel>"),
    "year 9999": _item("t", "<pubDate>Fri, 31 Dec 9999 23:59:59 GMT</pubDate>"),
    "year -1": _item("t", "<pubDate>-1</pubDate>"),
    "same guid": _item("t", "<guid>g</guid></item><item><title>u</title><guid>g</guid>"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_feed_is_read_or_refused_within_its_limits(name: str) -> None:
    began = os.times().elapsed
    try:
        page = read(Reply(body=HOSTILE[name].encode()))
    except SourceGarbled:
        page = Page()
    assert os.times().elapsed - began < 15
    assert "root:" not in repr(page)
    assert len(page.stories) <= 1_000


def test_utf16_that_says_utf8_is_read_or_refused() -> None:
    text = (DATA / "ferry.rss").read_text()
    try:
        page = read(Reply(body=text.encode("utf-16"), headers={"Content-Type": "application/xml; charset=utf-8"}))
    except SourceGarbled:
        return
    assert page.stories[0].title.startswith("County closes")


def test_lone_surrogates_and_scripts_do_not_get_through() -> None:
    (story,) = read(
        item(
            "<link>javascript:alert(1)</link><guid>g</guid><title>a&amp;#55296;b&lt;style&gt;x{}&lt;/style&gt;</title>"
        )
    ).stories
    assert story.url is None
    story.title.encode()
    assert "x{}" not in story.title


@pytest.mark.corpora
@pytest.mark.filterwarnings("ignore:To avoid breaking existing software:DeprecationWarning")
def test_every_feed_of_the_corpus_becomes_stories_or_is_no_feed(corpora: Path) -> None:
    """In this process, so that what the child would die of is seen here."""
    files = [path for path in (corpora.parent / "fixtures" / "feeds").rglob("*") if path.is_file()]
    assert files
    options = RssOptions(name="courier", url="https://news.example/feed")
    stories = 0
    for path in files:
        document = feed_child.read(path.read_bytes(), headers={"content-type": "application/xml"}, items=1_000)
        page = parse(json.loads(json.dumps(document)), options)
        assert page.received == len(document["items"])
        stories += len(page.stories)
    assert stories > len(files) / 10
