"""What every test may use: the corpora's folder, and a run in which nothing may be skipped."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

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
