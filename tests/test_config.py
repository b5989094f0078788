"""config.toml: what it may say, and that every mistake is told at once, by its key, without a secret."""

from __future__ import annotations

import tomllib
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from jobs.config import Config, load, read
from jobs.folders import slug
from monitor.errors import ConfigError
from monitor.model import Story, StoryId
from tests.fakes.services import KINDS

ROOT = Path(__file__).resolve().parent.parent
CANARY = "xoxb-1234567890-CANARY-abcdefghij"
STORY = '[[stories]]\nid = "a"\ntitle = "The ferry closes"\n'
X = '[[sources]]\nkind = "x"\nname = "x"\ntoken = "env:X_TOKEN"\n'
LONG = "ferry " * 90
# Found by search: the first two of "s0", "s1", … whose SHA-256 begins with the same 8 digits.
COLLISION = ("s2330", "s130636")


def problems(text: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        read(tomllib.loads(text))
    return list(caught.value.problems)


def test_an_empty_file_is_a_valid_config(tmp_path: Path) -> None:
    (tmp_path / "config.toml").touch()
    assert load(tmp_path / "config.toml") == load(None) == Config()


def test_the_shipped_example_is_valid_and_is_what_init_writes() -> None:
    assert [story.id for story in load(ROOT / "config.toml").stories] == ["sundvik-ferry"]
    assert (ROOT / "config.toml").read_bytes() == (ROOT / "jobs" / "starter.toml").read_bytes()


def test_what_the_example_only_suggests_is_valid_too() -> None:
    text = (ROOT / "config.toml").read_text()
    lines = [line.removeprefix("# ") if line.startswith("# ") and "=" in line.split("#")[1] else line
             for line in text.replace("# [", "[").splitlines()]  # fmt: skip
    wanted = "\n".join(line for line in lines if not line.startswith(("cron", "daily_at")))
    config = read(tomllib.loads(wanted))
    kinds = [source.kind for source in config.sources]
    assert kinds == ["rss", "article", "hackernews", "mastodon", "bluesky", "x"]
    assert config.quiet_days == 7
    assert [channel.kind for channel in config.channels] == ["slack"]
    assert config.window == "24h"
    assert config.writer.kind == "model"
    assert config.stories[0].query == '"Sundvik ferry" OR #sundvik -rowing'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('stroe = "a.db"', 'stroe: no such key; did you mean "store"?'),
        ("store = 5", "store: 5: no text; write it in quotes"),
        ('store = ""', 'store: "": String should have at least 1 character'),
        ('time_zone = "EST5EDTT"', 'time_zone: "EST5EDTT": no such IANA time zone; did you mean "EST5EDT"?'),
        ('time_zone = "europe/olso"', 'did you mean "Europe/Oslo"?'),
        ('time_zone = "/etc/passwd"', 'time_zone: "/etc/passwd": no such IANA time zone'),
        ('language = "tlh"', 'language: "tlh": no phrase table for this language; there are: en'),
        ('window = "a day"', 'window: "a day": write a whole number and a unit'),
        ('window = "-24h"', 'window: "-24h": write a whole number and a unit'),
        ('outlets = "courier"', 'outlets: "courier": it should be a valid tuple'),
        ("outlets = [1]", "outlets.1: 1: no text; write it in quotes"),
        ('[[stories]]\ntitle = "T"', "stories.1.id: missing"),
        ('[[stories]]\nid = 2026-02-03\ntitle = "T"', "stories.1.id: 2026-02-03: no text; write it in quotes"),
        (f'{STORY}published_at = "soon"', 'stories.1.published_at: "soon": no date or time; write 2026-02-03'),
        (f'{STORY}published_at = "2026-02-31"', 'stories.1.published_at: "2026-02-31": no date or time'),
        (f"{STORY}published_at = 2026", "stories.1.published_at: 2026: no date or time"),
        (f'{STORY}url = "javascript:x"', 'stories.1.url: "javascript:x": write an address that begins with http'),
        (f'{STORY}headline = "H"', "stories.1.headline: no such key; the keys are: id, title, lead"),
        (
            f'{STORY}[stories.image]\nurl = "https://a.example/b"\ncaptoin = "c"',
            'captoin: no such key; did you mean "caption"?',
        ),
        (STORY + STORY, 'stories.2.id: "a" is also stories.1.id; each needs its own'),
        (X + X, 'sources.2.name: "x" is also sources.1.name'),
        (X + f'{STORY}query = "{LONG}"', "stories.1.query: X: the query has 539 characters"),
        (
            X + f'{STORY}query = "lang:en is:retweet"',
            "stories.1.query: X: each alternative needs",
        ),
        (X + "enough = -5", "sources.1.enough: -5: it should be greater than or equal to 10"),
        (X + 'enough = "many"', 'sources.1.enough: "many": it should be a valid integer'),
        (X + "dollars_a_run = -1", "sources.1.dollars_a_run: -1: it should be greater than 0"),
        (X + "tokn = 1", 'sources.1.tokn: no such key; did you mean "token"?'),
        (
            '[[sources]]\nkind = "xx"\nname = "a"',
            f'sources.1.kind: "xx" is none of them; did you mean "x"?; one of: {", ".join(KINDS)}',
        ),
        ('[[sources]]\nname = "a"', f"sources.1.kind: missing; one of: {', '.join(KINDS)}"),
        ('[[sources]]\nkind = "rss"\nname = "a"', "sources.1.url: missing"),
        ('[[channels]]\nkind = "pigeon"', 'channels.1.kind: "pigeon" is none of them'),
        ("[schedule]", "schedule: say when, once"),
        ('[schedule]\nevery = "1h"\ndaily_at = "09:00"', "schedule: say when, once"),
        ('[schedule]\nevery = "7h"', "schedule: every: 7h: must divide a day"),
        (
            '[schedule]\ncron = "0 9 * * funday"',
            "schedule.cron: \"0 9 * * funday\": weekday: 'funday' is not 0 to 7",
        ),
        ('[schedule]\ncron = "0 0 31 2 *"', 'schedule.cron: "0 0 31 2 *": no day is ever like that'),
        ('[schedule]\ndaily_at = "9"', 'schedule.daily_at: "9": write hours and minutes'),
        ('[schedule]\ndaily_at = "25:00"', 'schedule.daily_at: "25:00": write hours and minutes'),
        (
            '[schedule]\nevery = "1h"\nsteps = ["colect"]',
            'schedule.steps.1: "colect" is none of them; did you mean "collect"?; one of: collect, understand',
        ),
        ('[schedule]\nevery = "1h"\nsteps = []', "schedule.steps: name at least one of: collect"),
        ("stories = 3", "stories: 3: it should be a valid tuple"),
        ("stories = [3]", "stories.1: 3: it should be a valid dictionary or instance of StoryOptions"),
    ],
)
def test_a_mistake_is_told_by_its_key_with_what_is_allowed(text: str, said: str) -> None:
    told = problems(text)
    assert len(told) == 1, told
    assert said in told[0]


def test_all_mistakes_are_told_at_once() -> None:
    told = problems(
        'stroe = "a"\ntime_zone = "Oslo"\nwindow = "x"\n'
        + STORY + 'published_at = "x"\n' + STORY + 'query = "is:reply"\n'
        + X + "pages = 0\n" + '[[sources]]\nkind = "rss"\nname = "x"\n'
    )  # fmt: skip
    keys = {line.split(":")[0] for line in told}
    assert keys == {
        "stroe", "time_zone", "window", "stories.1.published_at", "stories.2.id", "stories.2.query",
        "sources.1.pages", "sources.2.url", "sources.2.name",
    }  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        f'[[sources]]\nkind = "x"\nname = "x"\ntoken = "{CANARY}"',
        f'[[sources]]\nkind = "x"\nname = "x"\ntoken = ["{CANARY}"]',
        f'[[sources]]\nkind = "x"\nname = "x"\ntokn = "{CANARY}"\ntoken = "env:X"',
        f'[[sources]]\nkind = "{CANARY}"',
        f'[[channels]]\nkind = "slack"\nchannel = "C0123"\ntoken = "{CANARY}"',
        f'[[channels]]\nkind = "slack"\nchannel = "{CANARY}"\ntoken = "env:T"',
        f'[[channels]]\nkind = "slack-webhook"\nurl = "https://hooks.slack.example/{CANARY}"',
        f'[[channels]]\nkind = "slack-webhook"\nwebhook = "{CANARY}"\nurl = "env:U"',
        f'language = "{CANARY}"',
        f'slack_token = "{CANARY}"',
        f'window = "{CANARY}"',
    ],
)
def test_what_may_be_a_secret_is_never_repeated(text: str) -> None:
    told = "\n".join(problems(text))
    assert told
    assert "CANARY" not in told


def test_a_short_secret_in_its_own_place_is_not_repeated() -> None:
    told = problems('[[sources]]\nkind = "x"\nname = "x"\ntoken = "hunter2"')
    assert told == [
        'sources.1.token: write "env:NAME" with the name of an environment variable; a secret never stands here'
    ]


def test_two_stories_whose_reports_share_a_folder_are_refused() -> None:
    first, second = COLLISION
    assert slug(Story(id=StoryId(first), title="T")) == slug(Story(id=StoryId(second), title="T"))
    told = problems("\n".join(f'[[stories]]\nid = "{each}"\ntitle = "T"' for each in COLLISION))
    assert told == ["stories.2.id: its reports would go to the folder of stories.1; change the id"]


def test_a_query_too_long_for_x_is_fine_where_x_is_not_asked() -> None:
    assert len(read(tomllib.loads(f'{STORY}query = "{LONG}"')).stories) == 1


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"store = \n", "not TOML: Invalid value (at line 1, column 9)"),
        (b'a = 1\na = "b"\nc = 1', "not TOML: Cannot overwrite a value (at line 2, column 8)"),
        (b"store = '\xff'", "not UTF-8 at byte 10"),
    ],
)
def test_a_file_that_is_no_toml_says_where(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "config.toml"
    path.write_bytes(content)
    with pytest.raises(ConfigError) as caught:
        load(path)
    assert caught.value.problems == (f"{path}: {said}",)


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read: No such file"):
        load(tmp_path / "other.toml")


@pytest.mark.parametrize(
    ("written", "at"),
    [
        ("2026-02-03T10:00:00+01:00", datetime(2026, 2, 3, 9, tzinfo=UTC)),
        ("2026-02-03T10:00:00", datetime(2026, 2, 3, 9, tzinfo=UTC)),
        ('"2026-02-03T10:00:00Z"', datetime(2026, 2, 3, 10, tzinfo=UTC)),
        ("2026-02-03", datetime(2026, 2, 2, 23, tzinfo=UTC)),
        ('"2026-02-03"', datetime(2026, 2, 2, 23, tzinfo=UTC)),
    ],
)
def test_a_time_of_a_story_without_an_offset_is_the_teams(written: str, at: datetime) -> None:
    config = read(tomllib.loads(f"{STORY}published_at = {written}"))
    assert config.stories[0].story(ZoneInfo("Europe/Oslo")).published_at == at


def test_a_story_of_the_config_is_a_whole_story() -> None:
    text = (
        f'{STORY}lead = "L"\nurl = "https://a.example/b"\ntarget = "t"\nquery = "q"\nlanguage = "nb"\n'
        '[stories.image]\nurl = "https://a.example/c.png"\nai_generated = true'
    )
    story = read(tomllib.loads(text)).stories[0].story(ZoneInfo("UTC"))
    assert (story.id, story.title, story.lead, story.url) == ("a", "The ferry closes", "L", "https://a.example/b")
    assert (story.target, story.query, story.language) == ("t", "q", "nb")
    assert story.image is not None
    assert story.image.ai_generated is True


def test_a_schedule_is_read_as_its_cadence() -> None:
    def cadence(text: str) -> object:
        schedule = read(tomllib.loads(f"[schedule]\n{text}")).schedule
        assert schedule is not None
        return schedule.cadence()

    assert cadence('every = "15m"') == cadence('every = "900s"')
    assert cadence('daily_at = "09:05"') == cadence('cron = "5 9 * * *"')
    assert read(tomllib.loads('window = "90m"')).length() == timedelta(minutes=90)
