"""The page in a real browser: nothing leaves it, nothing is wrong with it, and everybody can read it.

MONITOR_CHROMIUM: the browser (default /usr/bin/chromium). MONITOR_AXE: axe.min.js of axe-core.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

from reports.html import render
from reports.index import Entry, render_html
from tests.builders import NOON
from tests.sample_report import STORY, empty_brief, report

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser

pytestmark = pytest.mark.browser

ENTRY = Entry(
    story="ferry", folder="ferry-1", title=STORY.title, title_language="en", summary="Limited discussion.",
    qualifier="limited", as_of=NOON, time_zone="Europe/Oslo",
)  # fmt: skip
PAGES = {
    "report": render(report()),
    "empty": render(report(brief=empty_brief(), timeline=())),
    "index": render_html([ENTRY], language="en"),
}
PHONE, DESK = (390, 844), (1280, 900)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 -- not there where browser tests are deselected

    with sync_playwright() as playwright:
        arguments = [
            "--no-sandbox",
            "--disable-gpu",
            "--disable-background-networking",
            "--disable-component-update",
        ]
        started = playwright.chromium.launch(
            executable_path=os.environ.get("MONITOR_CHROMIUM", "/usr/bin/chromium"), args=arguments
        )
        yield started
        started.close()


@dataclass
class Opened:
    """A page with what it asked for and complained about."""

    page: Any  # a playwright Page
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)


def opened(
    browser: Browser, path: Path, *, scheme: Any = "light", size: tuple[int, int] = DESK, bypass: bool = False
) -> Opened:
    page = browser.new_page(
        color_scheme=scheme,
        viewport={"width": size[0], "height": size[1]},
        bypass_csp=bypass,
        reduced_motion="reduce",
    )
    made = Opened(page)
    page.on("request", lambda request: made.requests.append(request.url))
    page.on("console", lambda message: made.complaints.append(message.text))
    page.on("pageerror", lambda error: made.complaints.append(str(error)))
    page.goto(path.as_uri())
    return made


@pytest.fixture(params=PAGES)
def path(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    file = tmp_path / f"{request.param}.html"
    file.write_text(PAGES[request.param], encoding="utf-8")
    return file


def test_nothing_is_asked_of_anyone_and_nothing_is_complained_about(browser: Browser, path: Path) -> None:
    made = opened(browser, path)
    made.page.evaluate("window.scrollTo(0, document.body.scrollHeight)")
    assert [url for url in made.requests if not url.startswith("data:")] == [path.as_uri()]
    assert made.complaints == []


def test_the_policy_stops_a_script(browser: Browser, tmp_path: Path) -> None:
    file = tmp_path / "tampered.html"
    file.write_text(PAGES["report"].replace("</main>", "<script>document.title = 'owned'</script></main>"))
    made = opened(browser, file)
    assert made.page.title() != "owned"
    assert any("Content Security Policy" in complaint for complaint in made.complaints)


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everybody_can_read_it(browser: Browser, path: Path, scheme: str, size: tuple[int, int]) -> None:
    page = opened(browser, path, scheme=scheme, size=size, bypass=True).page
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
    page.add_script_tag(path=os.environ["MONITOR_AXE"])
    found = page.evaluate("axe.run(document)")
    assert [(one["id"], [node["html"][:200] for node in one["nodes"]]) for one in found["violations"]] == []


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_nothing_sticks_out_at_the_side(browser: Browser, path: Path, width: int) -> None:
    page = opened(browser, path, size=(width, 800)).page
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_citation_opens_its_proof_by_keyboard(browser: Browser, tmp_path: Path) -> None:
    file = tmp_path / "report.html"
    file.write_text(PAGES["report"])
    page = opened(browser, file).page
    page.focus(".paragraph .cite")
    page.keyboard.press("Enter")
    assert page.url.endswith("#c1")
    assert page.locator("#c1").is_visible()


def test_the_paragraph_is_in_view_on_a_desk_and_in_print(browser: Browser, tmp_path: Path) -> None:
    file = tmp_path / "report.html"
    file.write_text(PAGES["report"])
    page = opened(browser, file).page
    box = page.locator(".paragraph").bounding_box()
    assert box is not None
    assert box["y"] < DESK[1]
    page.emulate_media(media="print")
    assert page.locator(".paragraph").is_visible()
    assert len(page.pdf()) > 10_000
