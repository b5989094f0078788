"""The document that machines read, and that `monitor verify` checks: keys, hash, and what it restores."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from monitor.interchange import parse_story, story_dict
from monitor.model import Image
from reports.json import brief_document, hash_of, render, sources_of, story_document
from reports.sentences import compose
from tests.builders import NOON
from tests.gold_files import assert_is_gold
from tests.sample_report import SOURCES, STORY, brief, empty_brief, report


def document(**changes: Any) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(render(report(**changes)))
    return loaded


def test_the_document_is_gold() -> None:
    assert_is_gold("report.json", render(report()))


def test_the_document_of_a_story_nobody_mentions_is_gold() -> None:
    assert_is_gold("empty.json", render(report(brief=empty_brief(), timeline=())))


def test_the_keys_are_stable() -> None:
    assert list(document()) == [
        "schema", "story", "as_of", "language", "time_zone", "store", "brief", "figures", "timeline", "cited",
        "sources", "inputs", "previous", "versions", "accuracy", "notes", "related",
        "changes", "hash",
    ]  # fmt: skip


def test_the_keys_of_a_brief_are_those_of_the_product() -> None:
    made = brief_document(brief(), STORY, "en")
    assert {
        "story", "window", "qualifier", "voices", "posts", "groups", "split", "minority", "claims", "left_out",
        "gaps", "written_by", "hash",
    } <= set(made)  # fmt: skip
    assert made["hash"] == brief().hash
    assert made["window"] == {"since": "2026-02-03T09:00:00Z", "until": "2026-02-03T17:00:00Z"}
    assert set(made["groups"][0]) >= {"id", "label", "stance", "sentiment", "voices", "posts", "quote"}
    assert all({"kind", "numbers", "text", "citations"} <= set(claim) for claim in made["claims"])


def test_each_kind_of_proof_has_its_shape() -> None:
    found = [
        citation for claim in brief_document(brief(), STORY, "en")["claims"] for citation in claim["citations"]
    ]
    found += brief_document(empty_brief(), STORY, "en")["claims"][0]["citations"]
    shapes = {tuple(citation) for citation in found}
    assert shapes == {("post", "url"), ("post", "url", "quote"), ("read",), ("tombstone",), ("gap",)}
    assert {"read": {
        "source": "x", "query": "ferry", "since": "2026-02-03T09:00:00Z", "until": "2026-02-03T17:00:00Z",
    }} in found  # fmt: skip


def test_claims_are_those_of_the_paragraph_in_the_order_of_the_brief() -> None:
    made = brief()
    said = compose(made, STORY, language="en")
    fits = [one.claim for one in (*said.sentences, *said.implied, *said.left_out)]
    assert 0 < said.dropped == len(made.claims) - len(fits)
    kinds = [claim["kind"] for claim in document()["brief"]["claims"]]
    assert kinds == [claim.kind for claim in made.claims if claim in fits]


def test_the_hash_covers_all_the_rest() -> None:
    made = document()
    assert hash_of(made) == made["hash"]


@pytest.mark.parametrize(
    "path",
    [("as_of",), ("notes", 0), ("inputs", 0, 1), ("brief", "claims", 0, "numbers", "posts"), ("cited", 0, "text")],
)
def test_a_changed_value_changes_the_hash(path: tuple[Any, ...]) -> None:
    made = document()
    inner: Any = made
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = "changed"
    assert hash_of(made) != made["hash"]


def test_the_sources_come_back_as_they_were() -> None:
    assert sources_of(document()) == SOURCES


@pytest.mark.parametrize("about", [STORY, replace(STORY, image=None, target="the ferry", published_at=NOON)])
def test_the_story_is_a_row_of_the_interchange_format(about: Any) -> None:
    assert story_document(about) == story_dict(about)
    assert parse_story(story_document(about)) == about


def test_a_withheld_text_is_not_in_the_document() -> None:
    assert "22 33 44 55" not in render(report())


def test_an_unlabelled_picture_stays_unlabelled() -> None:
    image = Image(url="https://news.example/a.jpg")
    assert story_document(replace(STORY, image=image))["image"]["ai_generated"] is None
