"""Two outlets, one event: told by their words, precision first, and kept as one story with its articles."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

from jobs.collect import collect
from jobs.following import addresses
from jobs.understand import understand
from monitor.events import same_event
from monitor.interchange import story_dict
from monitor.model import Page, StoryId
from monitor.queries import problems, query_for
from tests.benchmarks.events import ours
from tests.builders import NOON, post, story
from tests.fakes.services import build
from tests.fakes.web import FakeWeb, Reply

if TYPE_CHECKING:
    from monitor.store import Store


def feed(*items: tuple[str, str, str]) -> bytes:
    rows = "".join(
        f"<item><title>{title}</title><link>https://{name}.example/a</link><description>{lead}</description>"
        f'<guid isPermaLink="false">{name}</guid><pubDate>Tue, 03 Feb 2026 08:00:00 GMT</pubDate></item>'
        for name, title, lead in items
    )
    return f'<rss version="2.0"><channel><title>T</title><language>en</language>{rows}</channel></rss>'.encode()


SPEEDBOAT = (
    "gazette",
    "Sundvik loses its car ferry: speedboat to take over",
    "The county has decided that the ferry to Sundvik will stop in April.",
)
BANK = ("bank", "Alder Bank app offline for second day", "Card payments from Alder Bank failed on Tuesday.")


def test_no_two_events_are_made_one_and_two_outlets_of_one_are_found() -> None:
    told = ours()
    for (event, one), (other_event, other) in combinations(told, 2):
        assert same_event(one, other) is (event == other_event), (one.title, other.title)
        assert same_event(one, other) is same_event(other, one)


def test_the_same_address_is_one_event_and_weeks_apart_are_two() -> None:
    one = story()
    assert same_event(one, story(title="Something else", lead="", url="https://NEWS.example/ferry/?utm_source=x"))
    later = story(url="https://other.example/ferry", published_at=NOON.replace(month=3))
    assert not same_event(one, later)
    assert not same_event(one, story(url=None, language="nb"))


def read(store: Store, *items: tuple[str, str, str]) -> None:
    with FakeWeb(lambda _: Reply(body=feed(*items))) as web:
        assert collect(store, [build("rss", web.url, name="feed")], [], now=NOON) == []


def test_what_another_outlet_tells_of_a_story_is_its_article_and_its_link_is_the_storys(store: Store) -> None:
    store.save_stories([story()], source="config", at=NOON)
    read(store, SPEEDBOAT, BANK)
    assert {one.id for one in store.stories()} == {"ferry", "bank"}
    (article,) = store.articles()
    assert (article.story, article.url, article.title) == ("ferry", "https://gazette.example/a", SPEEDBOAT[1])
    assert store.tallies()["feed"].received == 2
    read(store, ("gazette", "Another headline altogether", ""), BANK)
    assert len(store.articles()) == 1
    tally = store.tallies()["feed"]
    assert (tally.received, tally.stored, tally.duplicate) == (4, 2, 2)
    said = post("p", text="Look at this https://gazette.example/a?utm_source=x")
    store.save_page(Page(posts=(said,)), source="x", query="", at=NOON)
    understand(store, reader=None)
    (found,) = store.understood()
    assert found.finding.link is not None
    assert (found.finding.link.story, found.finding.link.reason) == ("ferry", "url")


def test_of_two_on_one_feed_the_first_is_the_story_and_imported_ones_join_nobody(store: Store) -> None:
    store.save_stories([story()], source="import:rows.jsonl", at=NOON)
    other = ("courier", "County closes the Sundvik ferry", "The car ferry to Sundvik ends in April.")
    read(store, SPEEDBOAT, other)
    assert {one.id for one in store.stories()} == {"ferry", "gazette"}
    assert [(one.id, one.story) for one in store.articles()] == [("courier", "gazette")]
    assert story_dict(store.stories()[0])["id"] == "ferry"


def test_articles_are_asked_for_by_their_addresses(store: Store) -> None:
    store.save_stories([story()], source="config", at=NOON)
    read(store, SPEEDBOAT)
    query = query_for(story(), addresses(store)[StoryId("ferry")]).text
    assert query.endswith('OR url:"news.example/ferry" OR url:"gazette.example/a"')
    assert problems(query, ["x", "bluesky", "hackernews", "reddit"]) == []
