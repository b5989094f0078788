"""The Slack message and the two ways to send it, against a Slack on loopback."""

from __future__ import annotations

import json
import logging
import re
import socket
import traceback
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from pydantic import ValidationError

from jobs.delivery.refused import ChannelRefused
from jobs.delivery.slack import SlackBot, SlackOptions, SlackWebhook, SlackWebhookOptions
from monitor.errors import ConfigError, DeliveryFailed, DeliveryUncertain
from monitor.model import (
    Brief,
    CitedPost,
    Claim,
    ClaimKind,
    Cost,
    Figures,
    Gap,
    GapCitation,
    LeftOut,
    PostCitation,
    PostId,
    ReadCitation,
    Report,
    SourceHealth,
    Span,
    StoryId,
    Tally,
    Tones,
)
from reports.sentences import compose
from reports.slack import MAX_CHARACTERS, render
from tests.builders import NOON, story
from tests.fakes.slack import FakeSlack, invalid

if TYPE_CHECKING:
    from collections.abc import Iterator

TOKEN = "xoxb-right"
PAYLOAD = json.dumps({"text": "Seen", "blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": "Seen"}}]})
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# As a stranger would write them to wake a channel, make a link, break the layout or end an escape early.
HOSTILE = (
    "<!channel>", "<!everyone>", "<!here|x>", "<@U012AB3CD>", "<#C012AB3CD|general>", "<!subteam^S012AB3CD>",
    "@channel", "@here @everyone", "#general", "```", "*bold* _it_ ~no~", "&amp;lt;!channel&amp;gt;", "&", "a\nb",
    "http://evil.example/?q=<!here>", "<https://evil.example|bank>", "<" + "x" * 4000 + ">", "\u202eevil\u202c",
    "\x00\ud800x", "&" * 3000, "한국어" * 400, "e\u0301" * 400,
)  # fmt: skip


@pytest.fixture
def slack() -> Iterator[FakeSlack]:
    with FakeSlack() as fake:
        yield fake


def bot(fake: FakeSlack, token: str = TOKEN, **changes: Any) -> SlackBot:
    options = SlackOptions(token="env:T", channel=fake.channel, base_url=fake.base_url, **changes)
    return options.open({"env:T": token}.__getitem__)


def webhook(fake: FakeSlack, url: str | None = None, **changes: Any) -> SlackWebhook:
    options = SlackWebhookOptions(url="env:U", **changes)
    return options.open({"env:U": url or fake.webhook_url}.__getitem__)


# --- The message -----------------------------------------------------------------------------------


def cite(post: str) -> PostCitation:
    return PostCitation(post=PostId(post), url=f"https://x.example/i/{post}")


def volume(*, posts: int, voices: int, platforms: tuple[str, ...] = ("x", "bluesky")) -> Claim:
    return Claim(
        kind="volume",
        numbers=(("posts", posts), ("voices", voices), ("opinions", voices), ("reporting_posts", 0)),
        words=(("qualifier", "limited"), ("platforms", platforms)),
        citations=(cite("p1"), cite("p2")),
    )


def group(*label: str, voices: int = 7, posts: tuple[str, ...] = ("p3", "p4", "p5")) -> Claim:
    quote = PostCitation(
        post=PostId(posts[0]), url="https://x.example/i/p3", quote="SECRET WORDS of a post", language="en"
    )
    return Claim(
        kind="group",
        numbers=(("voices", voices), ("posts", voices), ("of", 23)),
        words=(
            ("group", posts[0]), ("label", label), ("language", "en"), ("stance", "neither"), ("tone", "negative"),
            ("roles", ()),
        ),
        citations=(quote, *(cite(post) for post in posts[1:])),
    )  # fmt: skip


def report(*claims: Claim, title: str = "County closes the ferry", url: str | None = None) -> Report:
    said = claims or (volume(posts=31, voices=23), group("cost", "consumers"), group("doubt", voices=5))
    posts = dict.fromkeys(c.post for claim in said for c in claim.citations if isinstance(c, PostCitation))
    brief = Brief(
        story=StoryId("ferry"), window=Span(since=NOON - timedelta(hours=4), until=NOON + timedelta(hours=4)),
        as_of=NOON + timedelta(hours=4), qualifier="limited", voices=23, posts=31,
        figures=Figures(
            people=23, posts=31, opinion_posts=23, opinion_voices=23, reporting_posts=0, question_posts=0,
            other_posts=8, raw=Tones(negative=9), by_voice=Tones(negative=9),
            opinions=Tones(negative=9, positive=6, unclear=8), net=None, languages=(("nb", 5), ("en", 18)),
            platforms=(("x", 20), ("bluesky", 11)),
        ),
        groups=(), split=False, minority=None, claims=said, left_out=LeftOut(), gaps=(), reads=(), inputs=(),
        tombstones=0, written_by="rules",
    )  # fmt: skip
    cited = tuple(
        CitedPost(
            number=number, post=post, platform="x", author="anna_handle", text="SECRET WORDS of a post",
            language="en", url=url or f"https://x.example/i/{post}", created_at=NOON,
        )
        for number, post in enumerate(posts, start=1)
    )  # fmt: skip
    return Report(
        story=story(title=title), brief=brief, cited=cited, timeline=(), sources=(), language="en",
        time_zone="Europe/Oslo", store=None, versions=(),
    )  # fmt: skip


def texts(payload: str) -> list[str]:
    """Every text that Slack would show."""
    found: list[str] = []

    def walk(value: Any) -> None:
        if isinstance(value, dict):
            for key, inner in value.items():
                if key == "text" and isinstance(inner, str):
                    found.append(inner)
                else:
                    walk(inner)
        elif isinstance(value, list):
            for inner in value:
                walk(inner)

    walk(json.loads(payload))
    return found


def test_a_message_shows_counts_groups_and_links_in_the_order_of_the_paragraph() -> None:
    body = json.loads(render(report()))
    header, first, groups, fields, action, context = body["blocks"]
    assert header["text"]["text"] == "What people say · County closes the ferry · 09:00–17:00"
    assert first["text"]["text"].startswith("*Limited discussion* on X and Bluesky: 31 posts by 23 people")
    assert "<https://x.example/i/p1|[1]> <https://x.example/i/p2|[2]>" in first["text"]["text"]
    assert first["text"]["text"].endswith("Negative 9 · Positive 6 · Unclear or not scored 8")
    assert groups["text"]["text"].splitlines()[1:] == [
        "• cost, consumers: 7 people · Negative <https://x.example/i/p3|[3]> <https://x.example/i/p4|[4]>",
        "• doubt: 5 people · Negative <https://x.example/i/p3|[3]> <https://x.example/i/p4|[4]>",
    ]
    assert [field["text"] for field in fields["fields"]] == [
        "*People* 23",
        "*Opinions* 23 of 31 posts",
        "*Languages* en 18, nb 5",
    ]
    assert action["text"]["text"] == "*Action:* none"
    assert context["elements"][0]["text"].split(" · ") == [
        "Written by rules from cited posts",
        "As of 3 February 2026, 17:00 (Europe/Oslo)",
        "Public posts are not a survey.",
    ]
    assert body["text"].startswith("What people say · County closes the ferry: Limited discussion")


def test_neither_a_posts_words_nor_its_authors_handle_are_sent() -> None:
    sent = render(report())
    assert "SECRET" not in sent
    assert "anna_handle" not in sent


def test_a_message_that_is_too_long_loses_whole_bullets_from_the_end() -> None:
    labels = [(f"word{n}" * 3, "cost", "sheep") for n in range(60)]
    sent = render(report(volume(posts=31, voices=23), *(group(*label) for label in labels)))
    assert len(sent) <= MAX_CHARACTERS < 3000
    bullets = [line for text in texts(sent) for line in text.splitlines() if line.startswith("•")]
    assert 0 < len(bullets) < 60
    whole = [f"• {', '.join(label)}: 7 people · Negative" for label in labels]
    assert [bullet.partition(" <")[0] for bullet in bullets] == whole[: len(bullets)]
    assert all(bullet.endswith("|[4]>") for bullet in bullets)


def check_is_calm(sent: str) -> None:
    body = json.loads(sent)
    assert invalid(body) is None
    assert len(sent) <= MAX_CHARACTERS
    assert body["text"].strip()
    for text in texts(sent):
        assert not re.search(r"<[!@#]", text)
        assert not re.search(r"@(channel|here|everyone)|#general", text)
        assert not re.search(r"&(?!amp;|lt;|gt;)", text)
        without_ours = re.sub(r"<https://x\.example/i/\w+\|\[\d+\]>", "", text)
        assert not re.search(r"[<>]", without_ours)
        assert "\u202e" not in text
    marked = [body["text"], *texts(json.dumps(body["blocks"][1:]))]  # the header is plain text
    assert [text for text in marked if "```" in text or "*bold*" in text] == []


@pytest.mark.parametrize("attack", HOSTILE, ids=range(len(HOSTILE)))
def test_strangers_words_stay_words(attack: str) -> None:
    check_is_calm(render(report(title=attack)))
    check_is_calm(render(report(volume(posts=3, voices=2), group(attack, attack))))
    check_is_calm(render(report(volume(posts=3, voices=2, platforms=(attack,) * 3))))


def test_an_escaped_title_still_says_the_same() -> None:
    header = json.loads(render(report(title="Fish & <chips> @home")))["blocks"][0]["text"]["text"]
    assert "Fish &amp; &lt;chips&gt; @\u2060home" in header


def test_a_long_title_is_cut_after_a_whole_word() -> None:
    header = json.loads(render(report(title="ferry " * 60)))["blocks"][0]["text"]["text"]
    assert len(header) <= 150
    assert re.search(r"(?<=ferry)… · 09:00–17:00$", header)


@pytest.mark.parametrize(
    ("days", "shown"),
    [(1, "3 Feb–4 Feb"), (400, "3 February 2026–10 March 2027")],
)
def test_a_window_of_more_than_a_day_names_its_days(days: int, shown: str) -> None:
    made = report()
    brief = replace(made.brief, window=Span(since=NOON, until=NOON + timedelta(days=days)))
    header = json.loads(render(replace(made, brief=brief)))["blocks"][0]["text"]["text"]
    assert header == f"What people say · County closes the ferry · {shown}"


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)", "ftp://x.example/a", "https://", "//x.example", "data:text/html,x", "http://[::1",
        "x" * 30, "",
    ],
)  # fmt: skip
def test_only_a_web_address_becomes_a_link(url: str) -> None:
    shown = " ".join(texts(render(report(url=url or "none"))))
    assert "[1]" in shown
    assert "<" not in shown


def test_an_address_cannot_end_its_link() -> None:
    shown = " ".join(texts(render(report(url="http://evil.example/?q=<!here>|bank>&x=1"))))
    assert "<http://evil.example/?q=%3C!here%3E%7Cbank%3E&amp;x=1|[1]>" in shown


def test_a_story_without_posts_says_so_and_shows_no_figures() -> None:
    read = ReadCitation(source="x", query=None, since=None, until=None)
    nothing = Claim(
        kind="volume", numbers=(("posts", 0), ("voices", 0), ("opinions", 0)), words=(("qualifier", "none"),),
        citations=(read,),
    )  # fmt: skip
    made = report(nothing)
    sent = render(made)
    assert "No posts found" in " ".join(texts(sent))
    assert invalid(json.loads(sent)) is None


def other(kind: ClaimKind, words: dict[str, Any] | None = None, **numbers: int) -> Claim:
    return Claim(
        kind=kind, numbers=tuple(numbers.items()), words=tuple((words or {}).items()), citations=(cite("p1"),)
    )


def part_read(source: str, read: int, of_about: int) -> Claim:
    gap = Gap(
        source=source, query=None, since=None, until=None, reason="sampled", read=read, of_about=of_about
    )  # fmt: skip
    numbers = (("gaps", 1), ("read", read), ("of_about", of_about))
    words = (("source", source), ("reason", "sampled"))
    return Claim(kind="gap", numbers=numbers, words=words, citations=(GapCitation(gap=gap),))


def fields_of(made: Report) -> list[str]:
    return [
        field["text"] for block in json.loads(render(made))["blocks"] for field in block.get("fields", ())
    ]  # fmt: skip


def context_of(made: Report) -> str:
    return str(json.loads(render(made))["blocks"][-1]["elements"][0]["text"])


def with_brief(made: Report, **changes: Any) -> Report:
    return replace(made, brief=replace(made.brief, **changes))


SOME = volume(posts=31, voices=23)
MORE_CRITICAL = other("change", {"tone": "negative", "direction": "more"}, now=20, of=25, before=2, of_before=22)


@pytest.mark.parametrize(
    ("language", "claim", "people"),
    [
        ("en", other("no_change", now=14, before=12), "*People* 23 (no clear change)"),
        ("en", MORE_CRITICAL, "*People* 23 (more critical)"),
        ("nb", other("no_change", now=14, before=12), "*Personer* 23 (ingen tydelig endring)"),
        ("nb", MORE_CRITICAL, "*Personer* 23 (mer kritikk)"),
        ("ko", other("no_change", now=14, before=12), "*사람* 23(뚜렷한 변화 없음)"),
        ("ko", MORE_CRITICAL, "*사람* 23(비판 증가)"),
    ],
)
def test_beside_the_people_stands_what_has_changed(language: str, claim: Claim, people: str) -> None:
    assert fields_of(replace(report(SOME, claim), language=language))[0] == people


def test_a_minority_that_is_loud_is_named_in_the_message() -> None:
    words = {"stance": "oppose", "people": "none", "by": "stance"}
    loud = other("loud_minority", words, posts=40, other_posts=10, voices=6, other_voices=7)
    made = report(SOME, loud)
    said = compose(made.brief, made.story, language="en").sentences[-1]
    assert said.claim == loud
    assert said.text in texts(render(made))


def test_the_top_author_is_the_loudest_account_and_has_no_name() -> None:
    loud = [other("loud_account", posts=posts, of=50, left_out=0) for posts in (11, 14, 12)]
    made = report(SOME, *loud)
    assert "*Top author* 14 of 50 posts" in fields_of(made)
    assert "anna_handle" not in render(made)


ONCE: dict[str, Any] = {"people": 5, "posts": 5, "reporting_posts": 1}


@pytest.mark.parametrize(
    ("figures", "left_out", "known"),
    [
        (ONCE, LeftOut(copies=9), True),
        (ONCE, LeftOut(flood=3), False),  # one account may have written all three
        (ONCE, LeftOut(loud_account=3), False),
        (ONCE | {"posts": 6}, LeftOut(), False),  # one account, or two that are one voice
        (ONCE | {"reporting_posts": 5}, LeftOut(), False),  # nobody says anything
    ],
)
def test_without_a_loud_account_the_top_author_is_told_only_where_nobody_wrote_twice(
    figures: dict[str, Any], left_out: LeftOut, *, known: bool
) -> None:
    made = report(SOME)
    made = with_brief(made, figures=replace(made.brief.figures, **figures), left_out=left_out)
    assert [field for field in fields_of(made) if "Top author" in field] == ["*Top author* 1 post"] * known


@pytest.mark.parametrize(
    ("language", "said"), [("en", "*Action:* none"), ("nb", "*Tiltak:* ingen"), ("ko", "*조치:* 없음")]
)
def test_what_is_not_measured_asks_for_no_calm(language: str, said: str) -> None:
    made = replace(report(), language=language)
    assert said in texts(render(made))
    assert said not in texts(render(with_brief(made, qualifier="not measured")))


def test_the_context_says_how_much_of_a_source_was_read_over_all_its_gaps() -> None:
    whole = Gap(source="mastodon", query=None, since=None, until=None, reason="HTTP 429")
    unread = other("gap", {"source": "mastodon", "reason": "HTTP 429"}, gaps=1)
    unread = replace(unread, citations=(GapCitation(gap=whole),))
    said = context_of(
        report(SOME, part_read("bluesky", 90, 100), part_read("x", 11, 90), part_read("x", 20, 1_120), unread)
    )
    assert " · X: 31 of about 1,210 read · Bluesky: 90 of about 100 read · As of " in said
    assert "Mastodon" not in said
    assert " read " not in context_of(report(SOME))


def test_sources_without_number_leave_the_message_whole() -> None:
    parts = [part_read(f"source-{n:02}", n, 1_000) for n in range(60)]
    sent = render(report(SOME, *parts))
    said = context_of(report(SOME, *parts))
    assert len(sent) <= MAX_CHARACTERS
    assert re.findall(r"source-(\d+): (\d+) of about 1,000 read · ", said)[0] == ("00", "0")
    assert said.endswith("Public posts are not a survey.")


@pytest.mark.parametrize(
    ("language", "cost", "amount"),
    [
        ("en", "cost of all reading so far", "$1.69"),
        ("nb", "all lesing hittil har kostet", "1,69 USD"),
        ("ko", "지금까지 전체 읽기 비용", "1.69달러"),
    ],
)
def test_the_context_says_what_reading_has_cost_where_it_cost_anything(
    language: str, cost: str, amount: str
) -> None:
    paid, free = Cost(posts=337, microdollars=1_685_000), Cost(requests=1)
    sources = [SourceHealth(source=name, tally=Tally(), cost=cost) for name, cost in (("x", paid), ("rss", free))]
    made = replace(report(), language=language, sources=tuple(sources))
    assert f" · {cost} {amount} · " in context_of(made)
    assert cost not in context_of(replace(made, sources=(sources[1],)))


@pytest.mark.parametrize("language", ["en", "nb", "ko"])
@pytest.mark.parametrize("attack", ["<!channel>", '"' * 370, '"' * 400, '""" ' * 400, "\\" * 370, "&" * 400])
def test_whatever_stands_in_every_place_the_message_is_calm_and_fits(attack: str, language: str) -> None:
    parts = [part_read(attack + str(n), 31, 210_000_000) for n in range(5)]
    loud = other("loud_account", posts=14, of=50, left_out=0)
    made = report(volume(posts=3, voices=2, platforms=(attack,) * 3), group(attack), MORE_CRITICAL, loud, *parts)
    spent = SourceHealth(source="x", tally=Tally(), cost=Cost(microdollars=10**12))
    made = with_brief(made, written_by=f"model {attack}", story=StoryId("ferry"))
    check_is_calm(render(replace(made, language=language, story=story(title=attack), sources=(spent,))))


# --- The bot ---------------------------------------------------------------------------------------


def test_a_posted_message_can_be_found_by_its_key_and_edited(slack: FakeSlack) -> None:
    channel = bot(slack)
    receipt = channel.post(PAYLOAD, "ferry:2026-02-03")
    channel.post(PAYLOAD, "other:2026-02-03")
    assert channel.find("ferry:2026-02-03", EPOCH) == receipt
    channel.update(PAYLOAD.replace("Seen", "Edited"), receipt)
    assert [message["text"] for message in slack.messages] == ["Edited", "Seen"]
    sent = slack.calls("chat.postMessage")[0].arguments
    assert sent["unfurl_links"] is False
    assert sent["unfurl_media"] is False
    assert "link_names" not in sent
    assert "parse" not in sent
    assert sent["metadata"]["event_payload"] == {"dedupe_key": "ferry:2026-02-03"}


def test_a_message_is_found_on_a_later_page_and_not_before_the_given_time(slack: FakeSlack) -> None:
    slack.page_size = 3
    channel = bot(slack)
    receipts = [channel.post(PAYLOAD, f"k{n}") for n in range(8)]
    assert channel.find("k0", EPOCH) == receipts[0]
    assert channel.find("k9", EPOCH) is None
    assert channel.find("k0", datetime.fromtimestamp(slack.first_ts + 2, UTC)) is None


def test_a_message_of_somebody_else_is_never_taken_for_ours(slack: FakeSlack) -> None:
    for metadata in (
        None, 7, {}, {"event_type": "report_posted", "event_payload": {"dedupe_key": "k"}},
        {"event_type": "what_people_say_report", "event_payload": ["k"]},
        {"event_type": "what_people_say_report", "event_payload": {"dedupe_key": 1}},
    ):  # fmt: skip
        slack.messages.append({"ts": f"{slack.first_ts + len(slack.messages)}.000001", "metadata": metadata})
    assert bot(slack).find("k", EPOCH) is None


FINAL = ("msg_too_long", "msg_blocks_too_long", "no_text", "too_many_attachments", "invalid_blocks")
FOR_A_PERSON = (
    "not_authed", "invalid_auth", "token_revoked", "token_expired", "account_inactive", "missing_scope",
    "not_in_channel", "channel_not_found", "is_archived", "restricted_action", "ekm_access_denied",
)  # fmt: skip


@pytest.mark.parametrize("code", FINAL)
def test_a_message_that_slack_refuses_is_final(slack: FakeSlack, code: str) -> None:
    slack.fail("chat.postMessage", code)
    with pytest.raises(DeliveryFailed, match=code) as caught:
        bot(slack).post(PAYLOAD, "k")
    assert caught.value.final
    assert not isinstance(caught.value, ChannelRefused)


@pytest.mark.parametrize("code", FOR_A_PERSON)
def test_a_channel_that_slack_refuses_is_for_a_person(slack: FakeSlack, code: str) -> None:
    slack.fail("chat.postMessage", code)
    with pytest.raises(ChannelRefused, match=code) as caught:
        bot(slack).post(PAYLOAD, "k")
    assert caught.value.final


def test_a_wrong_token_is_for_a_person(slack: FakeSlack) -> None:
    with pytest.raises(ChannelRefused, match="invalid_auth"):
        bot(slack, token="xoxb-wrong").post(PAYLOAD, "k")


@pytest.mark.parametrize("kind", ["bot", "webhook"])
def test_a_limit_says_when_to_come_back(slack: FakeSlack, kind: str) -> None:
    method, channel = ("chat.postMessage", bot(slack)) if kind == "bot" else ("webhook", webhook(slack))
    slack.fail(method, "rate_limited", "rate_limited")
    with pytest.raises(DeliveryFailed) as caught:
        channel.post(PAYLOAD, "k")
    assert caught.value.retry_after == 30
    assert not caught.value.final
    slack.retry_after = "Wed, 21 Oct 2026 07:28:00 GMT"
    with pytest.raises(DeliveryFailed) as caught:
        channel.post(PAYLOAD, "k")
    assert caught.value.retry_after == 60
    assert slack.messages == []


@pytest.mark.parametrize(
    ("fault", "posted"),
    [("html_503", 0), ("html_200", 1), ("drop_before", 0), ("drop_after", 1)],
)
@pytest.mark.parametrize("kind", ["bot", "webhook"])
def test_without_a_valid_answer_nobody_knows_and_nothing_is_sent_twice(
    slack: FakeSlack, kind: str, fault: str, posted: int
) -> None:
    method, channel = ("chat.postMessage", bot(slack)) if kind == "bot" else ("webhook", webhook(slack))
    slack.fail(method, fault)
    with pytest.raises(DeliveryUncertain):
        channel.post(PAYLOAD, "k")
    assert len(slack.calls(method)) == 1
    assert len(slack.messages) == posted


@pytest.mark.parametrize("code", ["fatal_error", "internal_error"])
def test_an_error_after_which_slack_may_have_posted_is_uncertain(slack: FakeSlack, code: str) -> None:
    slack.fail("chat.postMessage", code)
    with pytest.raises(DeliveryUncertain):
        bot(slack).post(PAYLOAD, "k")


def test_a_slow_answer_is_uncertain(slack: FakeSlack) -> None:
    slack.fail("chat.postMessage", "hold_after")
    with pytest.raises(DeliveryUncertain, match="Timeout"):
        bot(slack, timeout_seconds=1).post(PAYLOAD, "k")
    assert len(slack.messages) == 1


def unused_address() -> str:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{free.getsockname()[1]}"


@pytest.mark.parametrize("kind", ["bot", "webhook"])
def test_a_connection_refused_before_sending_can_be_tried_again(slack: FakeSlack, kind: str) -> None:
    gone = unused_address()
    if kind == "bot":
        options = SlackOptions(token="env:T", channel="C123", base_url=gone)
        channel: SlackBot | SlackWebhook = options.open(lambda _: TOKEN)
    else:
        channel = webhook(slack, f"{gone}/services/T/B/x")
    with pytest.raises(DeliveryFailed) as caught:
        channel.post(PAYLOAD, "k")
    assert not caught.value.final


@pytest.mark.parametrize("fault", ["html_503", "drop_before", "html_200"])
def test_a_reading_that_fails_is_never_an_empty_channel(slack: FakeSlack, fault: str) -> None:
    slack.fail("conversations.history", fault)
    with pytest.raises(DeliveryFailed, match="cannot be read back"):
        bot(slack).find("k", EPOCH)


# --- The webhook -----------------------------------------------------------------------------------


def test_a_webhook_posts_and_gives_no_receipt(slack: FakeSlack) -> None:
    webhook(slack).post(PAYLOAD, "k")
    assert [message["text"] for message in slack.messages] == ["Seen"]
    assert slack.calls("webhook")[0].arguments["unfurl_links"] is False


@pytest.mark.parametrize("code", ["invalid_token", "action_prohibited", "no_service", "channel_is_archived"])
def test_a_webhook_that_is_gone_is_for_a_person(slack: FakeSlack, code: str) -> None:
    slack.fail("webhook", code)
    with pytest.raises(ChannelRefused, match=code):
        webhook(slack).post(PAYLOAD, "k")


def test_a_webhook_that_fails_half_way_is_uncertain(slack: FakeSlack) -> None:
    slack.fail("webhook", "rollup_error")
    with pytest.raises(DeliveryUncertain):
        webhook(slack).post(PAYLOAD, "k")


def test_a_webhooks_message_can_neither_be_edited_nor_read_back(slack: FakeSlack) -> None:
    with pytest.raises(DeliveryFailed, match="cannot be edited"):
        webhook(slack).update(PAYLOAD, "x")
    with pytest.raises(DeliveryFailed, match="cannot be read back"):
        webhook(slack).find("k", EPOCH)


# --- Options and secrets ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "wrong",
    [
        {"token": TOKEN}, {"channel": "#news"}, {"channel": "news"}, {"base_url": "http://slack.example/api/"},
        {"base_url": "ftp://slack.example/"}, {"timeout_seconds": 0}, {"chanel": "C123"},
    ],
)  # fmt: skip
def test_options_that_cannot_work_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError) as caught:
        SlackOptions.model_validate({"token": "env:T", "channel": "C123"} | wrong)
    assert caught.value.error_count() == 1


@pytest.mark.parametrize("value", ["", " ", "xoxb-a b", "xoxb-a\nb", "xoxb-é"])
def test_a_variable_that_holds_no_token_is_named_and_not_shown(value: str) -> None:
    options = SlackOptions(token="env:T", channel="C123")
    with pytest.raises(ConfigError, match="env:T") as caught:
        options.open(lambda _: value)
    assert "xoxb" not in str(caught.value)


@pytest.mark.parametrize(
    "value", ["", "hooks.slack.com/services/x", "file:///etc/passwd", "http://hooks.example/x"]
)
def test_a_variable_that_holds_no_webhook_is_named_and_not_shown(value: str) -> None:
    with pytest.raises(ConfigError, match="env:U") as caught:
        SlackWebhookOptions(url="env:U").open(lambda _: value)
    assert not value or value not in str(caught.value)


def test_no_secret_is_logged_printed_or_raised(
    slack: FakeSlack, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    canaries = [f"xoxb-canary-{n}" for n in range(3)] + ["canary-hook-3", "canary-hook-4"]
    raised: list[str] = []
    with caplog.at_level(logging.DEBUG):
        logging.getLogger("slack_sdk").setLevel(logging.DEBUG)
        for token, fault in zip(canaries[:3], ("", "html_503", "drop_after"), strict=True):
            slack.token = token
            channel = bot(slack, token=token)
            channel.post(PAYLOAD, "k")
            channel.find("k", EPOCH)
            slack.fail("chat.postMessage", *([fault] if fault else ["invalid_auth"]), "rate_limited")
            raised.extend([refusal_of(channel), refusal_of(channel)])
        for path, fault in zip(canaries[3:], ("drop_after", "no_service"), strict=True):
            slack.webhook_path = f"/services/{path}"
            hook = webhook(slack)
            hook.post(PAYLOAD, "k")
            slack.fail("webhook", fault)
            raised.append(refusal_of(hook))
        raised.append(refusal_of(webhook(slack, f"{unused_address()}/services/{canaries[3]}")))
    assert len(raised) == 9
    out, err = capfd.readouterr()
    written = "\n".join([caplog.text, out, err, *raised])
    assert [canary for canary in canaries if canary in written] == []


def refusal_of(channel: SlackBot | SlackWebhook) -> str:
    """Everything that a log of the failure could hold: the traceback, all that it came from, and their values."""
    with pytest.raises((DeliveryFailed, DeliveryUncertain)) as caught:
        channel.post(PAYLOAD, "k")
    error: BaseException | None = caught.value
    assert error is not None
    assert error.__context__ is None
    return "".join(traceback.format_exception(error)) + repr(vars(error)) + repr(error)
