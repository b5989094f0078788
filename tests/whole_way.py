"""A folder in which a team works: its config.toml, its database, its reports, and the real command line."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.fakes.x import TOKEN

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.fakes.slack import FakeSlack
    from tests.fakes.x import FakeX

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("monitor", "reports", "jobs")
PROGRAM = "import sys; from jobs.cli import main; sys.exit(main())"
TALKATIVE = f"import logging; logging.basicConfig(level=logging.DEBUG); {PROGRAM}"
PATIENCE_S = 30.0

# What the recorded pages hold that is kept, by id: the address of each post. The third of them was edited.
POSTS = {
    "2018629282821046273": "https://x.com/mother_of_3/status/2018629282821046273",
    "2018630541112246275": "https://x.com/old_skipper/status/2018631799403446275",
    "2018635574277046273": "https://x.com/old_skipper/status/2018635574277046273",
    "2018638090859446273": "https://x.com/per_h/status/2018638090859446273",
    "2018640355783606273": "https://x.com/berit_s/status/2018640355783606273",
}
SETTINGS = 'time_zone = "Europe/Oslo"\nquiet_days = 0\n'
FERRY = """
[[stories]]
id = "ferry"
title = "County closes the Sundvik ferry in April"
url = "https://news.example/ferry"
published_at = 2026-02-03T07:00:00+01:00
language = "en"
query = "Sundvik ferry"
"""
TOLL = """
[[stories]]
id = "toll"
title = "Council doubles the toll on the Hollow tunnel"
url = "https://news.example/toll"
published_at = 2026-02-03T07:00:00+01:00
language = "en"
query = "Hollow tunnel toll"
"""


def x_source(x: FakeX, *, name: str = "x", variable: str = "X_TOKEN") -> str:
    return f'\n[[sources]]\nkind = "x"\nname = "{name}"\ntoken = "env:{variable}"\napi = "{x.url}"\n'


def bot(slack: FakeSlack, *, name: str = "slack", variable: str = "BOT_TOKEN") -> str:
    return (
        f'\n[[channels]]\nkind = "slack"\nname = "{name}"\ntoken = "env:{variable}"\n'
        f'channel = "{slack.channel}"\nbase_url = "{slack.base_url}"\n'
    )


WEBHOOK = '\n[[channels]]\nkind = "slack-webhook"\nurl = "env:WEBHOOK_URL"\n'


def as_of(hour: int) -> tuple[str, str]:
    """The option that makes it this hour, UTC, of the day on which the recorded posts were written."""
    return "--as-of", f"2026-02-03T{hour:02}:00:00Z"


@dataclass(frozen=True, kw_only=True)
class Desk:
    """folder: where the commands run. secrets: what the environment holds. code: where the packages stand."""

    folder: Path
    secrets: dict[str, str] = field(default_factory=lambda: {"X_TOKEN": TOKEN})
    code: Path = ROOT

    def write(self, *tables: str) -> None:
        (self.folder / "config.toml").write_text("".join((SETTINGS, *tables)))

    @contextmanager
    def begin(self, *arguments: str, program: str = PROGRAM) -> Iterator[subprocess.Popen[str]]:
        """Start a command, which does not outlive the block; what it says is added to the file `said`."""
        with (
            (self.folder / "said").open("a") as said,
            subprocess.Popen(
                [sys.executable, "-c", program, *arguments],
                cwd=self.folder,
                env={"PATH": os.environ["PATH"], "PYTHONPATH": str(self.code), **self.secrets},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=said,
                text=True,
            ) as process,
        ):
            try:
                yield process
            finally:
                process.kill()

    def run(self, *arguments: str, ends: int = 0, program: str = PROGRAM) -> str:
        """Run a command that ends with the exit code `ends`; return its stdout."""
        with self.begin(*arguments, program=program) as process:
            out, _ = process.communicate(timeout=PATIENCE_S)
        assert process.returncode == ends, (arguments, process.returncode, out, self.said())
        return out

    def rows(self, *arguments: str) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.run(*arguments, "--json").splitlines()]

    def said(self) -> str:
        return (self.folder / "said").read_text()

    def report(self, suffix: str, story: str = "ferry") -> str:
        (path,) = [
            path.with_suffix(f".{suffix}")
            for path in self.folder.glob("out/*/report.json")
            if json.loads(path.read_text())["story"]["id"] == story
        ]
        return path.read_text()

    def document(self, story: str = "ferry") -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.report("json", story))
        return found


def wait_until(so: Callable[[], object]) -> None:
    """Return as soon as `so` holds; fail where it never does."""
    end = time.monotonic() + PATIENCE_S
    while not so():
        assert time.monotonic() < end, "it never came to that"
        time.sleep(0.02)


def newer_page(*texts: str) -> dict[str, Any]:
    """A page of recent search with posts by new people, newest first, from 13:30 UTC on that day."""
    begin = datetime(2026, 2, 3, 13, 30, tzinfo=UTC)
    posts = [
        {
            # An X id holds its time: milliseconds since 2010-11-04T01:42:54.657Z, above 22 bits of its own.
            "id": str((int(begin.timestamp() * 1000) + number - 1_288_834_974_657) << 22),
            "author_id": str(900 + number),
            "created_at": begin.isoformat().replace("+00:00", ".000Z"),
            "lang": "en",
            "text": text,
        }
        for number, text in enumerate(texts)
    ][::-1]
    users = [
        {"id": post["author_id"], "username": f"neighbour_{post['author_id']}", "name": "N."} for post in posts
    ]
    meta = {"newest_id": posts[0]["id"], "oldest_id": posts[-1]["id"], "result_count": len(posts)}
    return {"data": posts, "includes": {"users": users}, "meta": meta}
