"""What every test may use: the corpora's folder, an empty store, a loopback Slack; and no run may skip."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from monitor.store import Store
from tests.builders import NOON
from tests.fakes.slack import FakeSlack

if TYPE_CHECKING:
    from collections.abc import Iterator

_skipped: list[str] = []


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--forbid-skips", action="store_true", help="fail the run if any test was skipped")


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    if report.skipped:
        _skipped.append(report.nodeid)


def pytest_sessionfinish(session: pytest.Session) -> None:
    if session.config.getoption("--forbid-skips") and _skipped:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    if config.getoption("--forbid-skips") and _skipped:
        terminalreporter.section("skips are forbidden here")
        for name in _skipped:
            terminalreporter.line(name)


@pytest.fixture(scope="session")
def corpora() -> Path:
    """The folder of the labelled corpora, which MONITOR_DATA names."""
    return Path(os.environ["MONITOR_DATA"])


@pytest.fixture
def store() -> Iterator[Store]:
    """An empty one."""
    with Store.in_memory() as made:
        yield made


@pytest.fixture
def slack() -> Iterator[FakeSlack]:
    """A workspace whose first message is of noon."""
    with FakeSlack(first_ts=int(NOON.timestamp())) as fake:
        yield fake
