"""The values: what must hold of them, and that a name made of content depends on nothing else."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import datetime, timedelta, timezone

import pytest

from monitor.model import Claim, Finding, Role, SecondOpinion, Span, digest
from tests.builders import NOON, post, sentiment, story, understood


@pytest.mark.parametrize(
    "finding",
    [
        understood().finding,
        understood(sentiment=None, not_scored="no scorer for ko", link=None).finding,
        understood(
            second=SecondOpinion(label="negative", value=-0.4, scorer="vader/1", words=(("bad", -2.5),))
        ).finding,
        understood(role=Role(name="analyst", words="Trade analyst"), ironic=True, flood="one account").finding,
    ],
)
def test_the_version_of_a_finding_covers_every_field(finding: Finding) -> None:
    fields = asdict(finding)
    if finding.second is None:
        del fields["second"]  # so that findings made before there were any keep their names
    assert finding.version == digest(fields)


def test_another_finding_has_another_version() -> None:
    one = understood().finding
    assert one.version == replace(one).version
    assert one.version != replace(one, sentiment=sentiment(confidence=0.9)).version


def test_a_claim_without_proof_cannot_be_built() -> None:
    with pytest.raises(ValueError, match="at least one citation"):
        Claim(kind="volume", citations=())


@pytest.mark.parametrize("time", [datetime(2026, 2, 3, 12), NOON.astimezone(timezone(timedelta(hours=1)))])  # noqa: DTZ001 (on purpose)
def test_a_time_that_is_not_utc_is_refused(time: datetime) -> None:
    with pytest.raises(ValueError, match="UTC-aware"):
        post(created_at=time)
    with pytest.raises(ValueError, match="UTC-aware"):
        story(published_at=time)


def test_a_span_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(ValueError, match="since is after until"):
        Span(since=NOON, until=NOON - timedelta(seconds=1))


def test_a_finding_has_a_sentiment_or_says_why_not() -> None:
    with pytest.raises(ValueError, match="either a sentiment or why there is none"):
        replace(understood().finding, not_scored="both")
