"""What was seen: posts with every version of their text, stories, what was broken, what it cost.

Pages may come in any order and more than once: two sightings of a post are merged so that neither order nor
repetition changes what is read back.
"""

from __future__ import annotations

# ruff: noqa: S608 - SQL is put together only from names of our own columns; values are always parameters
import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from monitor.model import Article, Cost, Page, Post, PostId, ReadWindow, Rejected, Story, StoryId, Tally

from .forgotten import Forgetting, only
from .ledger import Ledger
from .merging import merged_post, merged_version
from .reading import Reading
from .rows import (
    POST_COLUMNS,
    STORY_COLUMNS,
    PostRow,
    VersionRow,
    at_text,
    post_from,
    post_rows,
    printable,
    story_from,
    story_row,
    time_from,
    time_text,
    unstorable,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

_POST_FIELDS = ", ".join(PostRow._fields)
_VERSION_FIELDS = ", ".join(VersionRow._fields)
_UPSERT_POST = (
    f"INSERT INTO posts ({_POST_FIELDS}) VALUES ({', '.join('?' * len(PostRow._fields))}) "
    f"ON CONFLICT (id) DO UPDATE SET {', '.join(f'{name} = excluded.{name}' for name in PostRow._fields[1:])}"
)
_UPSERT_VERSION = (
    f"INSERT INTO versions ({_VERSION_FIELDS}) VALUES ({', '.join('?' * len(VersionRow._fields))}) "
    "ON CONFLICT (post, text_hash) DO UPDATE SET lang = excluded.lang, links = excluded.links, "
    "revision = excluded.revision, seen_at = excluded.seen_at"
)
_SELECT_CURRENT = (
    f"SELECT {POST_COLUMNS} FROM posts p JOIN versions v ON v.post = p.id AND v.text_hash = p.text_hash "
)
# Of two sightings of a story the later stands; of two at once the one that is greater as text, whatever came first.
_UPSERT_STORY = (
    f"INSERT INTO stories ({STORY_COLUMNS}, source, seen_at) VALUES ({', '.join('?' * 13)}) "
    "ON CONFLICT (id) DO UPDATE SET "
    + ", ".join(f"{name} = excluded.{name}" for name in [*STORY_COLUMNS.split(", ")[1:], "source", "seen_at"])
)


class Seen(Forgetting, Reading, Ledger):
    """Posts, stories, quarantine, tallies and costs."""

    def save_page(
        self, page: Page, *, source: str, query: str, at: datetime, stories: Sequence[StoryId] = ()
    ) -> Tally:
        """Keep all of a page in one transaction, its cursor with it; return how its posts and stories fared.

        A post with an unknown text is stored as a new version; the highest (revision, last seen, text hash) is the
        current one. What cannot be stored is quarantined and the rest stays. A deleted or tombstoned post, and a
        repost of one, is never stored, and goes if it was; so does what is stored, or quarantined, under one of
        `page.gone`. stories: whose query it was; () = read for all.
        """
        with self._writing():
            good, unfit = _sorted_out(page.posts, at_text(at))
            tally = self._keep_posts(good, at)
            tally += self._keep_stories(page.stories, source, at)
            tally += self._keep_articles(page.articles, source, at)
            tally += self._keep_broken([*page.rejected, *unfit], source, at)
            self._remove(self._under(page.gone), at=at)
            self._add_tally(source, tally)
            self._each(
                "INSERT INTO unread VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET times = times + excluded.times",
                [(source, printable(key), times) for key, times in page.unread],
            )
            if page.ticket is not None:
                self.settle(page.ticket, page.cost)
            elif page.cost != Cost():
                self._add_cost(source, page.cost, at)
            if page.cursor is not None:
                self._db.execute(
                    "INSERT INTO cursors VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET cursor = excluded.cursor",
                    (source, query, page.cursor),
                )
            for gap in page.gaps:
                self.save_gap(gap, at, stories=stories)
            if page.covered is not None:
                since, until = page.covered.since, page.covered.until
                self.save_read(
                    ReadWindow(
                        source=source, query=query or None, since=since, until=until, at=at, stories=tuple(stories)
                    )
                )
        return tally

    def save_stories(self, stories: Iterable[Story], *, source: str, at: datetime) -> Tally:
        """Keep these stories; of two with one id the one seen later stands."""
        with self._writing():
            tally = self._keep_stories(stories, source, at)
            self._add_tally(source, tally)
        return tally

    def save_cost(self, source: str, cost: Cost, *, at: datetime) -> None:
        """Keep what something has cost that brought no page."""
        with self._writing():
            self._add_cost(source, cost, at)

    def stories(self) -> list[Story]:
        """Return all stories, by id."""
        return [story_from(row) for row in self._all(f"SELECT {STORY_COLUMNS} FROM stories ORDER BY id")]

    def story_sources(self) -> dict[StoryId, str]:
        """Return where each story was seen last: the name of its source."""
        return {StoryId(row[0]): row[1] for row in self._all("SELECT id, source FROM stories ORDER BY id")}

    def story(self, story: StoryId) -> Story | None:
        row = self._one(f"SELECT {STORY_COLUMNS} FROM stories WHERE id = ?", story)
        return None if row is None else story_from(row)

    def articles(self) -> list[Article]:
        """Return what other outlets wrote about the stories, by (story, id)."""
        rows = self._all("SELECT id, story, title, url, publisher, published_at FROM articles ORDER BY story, id")
        return [
            Article(
                id=StoryId(row[0]),
                story=StoryId(row[1]),
                title=row[2],
                url=row[3],
                publisher=row[4],
                published_at=time_from(row[5]),
            )
            for row in rows
        ]

    def posts(self) -> Iterator[Post]:
        """Yield every post in its current version, by id; nothing may be written while it runs."""
        self._note_reading()
        for row in self._db.execute(_SELECT_CURRENT + "ORDER BY p.id"):
            yield post_from(row)

    def most_answered(self, posts: Iterable[PostId], platform: str) -> list[Post]:
        """Return those of `posts` on a platform that have answers, most of them first; of equals the lowest id."""
        rows = self._db.execute(
            f"{_SELECT_CURRENT}WHERE p.id IN (SELECT value FROM json_each(?)) AND p.platform = ? AND p.replies > 0 "
            "ORDER BY p.replies DESC, p.id",
            (json.dumps(sorted(set(posts))), platform),
        )
        return [post_from(row) for row in rows]

    def post_ids(self, platform: str) -> list[PostId]:
        """Return the ids of all posts of a platform, in order."""
        return [
            PostId(row[0]) for row in self._all("SELECT id FROM posts WHERE platform = ? ORDER BY id", platform)
        ]

    def count_posts(self) -> int:
        row = self._one("SELECT count(*) FROM posts")
        return int(row[0]) if row else 0

    def tallies(self) -> dict[str, Tally]:
        """Return how everything received fared, by source."""
        rows = self._all("SELECT source, stored, duplicate, quarantined, deleted FROM tallies ORDER BY source")
        return {row[0]: Tally(stored=row[1], duplicate=row[2], quarantined=row[3], deleted=row[4]) for row in rows}

    def costs(self, since: datetime | None = None) -> dict[str, Cost]:
        """Return what reading, and rewording, has cost since then (None: ever), by source."""
        rows = self._all(
            "SELECT source, sum(requests), sum(posts), sum(users), sum(microdollars) FROM costs "
            "WHERE at >= coalesce(?, '') GROUP BY source ORDER BY source",
            time_text(since),
        )
        return {row[0]: Cost(requests=row[1], posts=row[2], users=row[3], microdollars=row[4]) for row in rows}

    def quarantine(self) -> Iterator[tuple[str, str, str]]:
        """Yield (source, reason, raw) of each broken thing, oldest first; the same one is kept once."""
        yield from self._all("SELECT source, reason, raw FROM quarantine ORDER BY id")

    def unread_keys(self) -> dict[str, dict[str, int]]:
        """Return the senders' keys that we do not know, with how often each came, by source."""
        found: dict[str, dict[str, int]] = {}
        for source, key, times in self._all("SELECT source, key, times FROM unread ORDER BY source, key"):
            found.setdefault(source, {})[key] = times
        return found

    def _note_reading(self) -> None:
        """Do nothing: the part that keeps findings notes here that all posts are about to be read."""

    def _keep_posts(self, good: Sequence[tuple[Post, PostRow, VersionRow]], at: datetime) -> Tally:
        gone = self._gone([post for post, _, _ in good])
        told: dict[PostId, tuple[str | None, str | None]] = {}
        for post, row, _ in good:
            if post.id in gone:
                story, time = told.get(post.id, (None, None))
                told[post.id] = (story or only(tuple(sorted(set(post.found_for)))), time or row.created_at)
        self._remove(gone, told, at=at)
        kept = [(row, version) for post, row, version in good if post.id not in gone]
        posts, versions = self._stored({row.id for row, _ in kept})
        was_posts, was_versions = dict(posts), dict(versions)
        new = 0
        for row, version in kept:
            key = (version.post, version.text_hash)
            new += key not in versions
            versions[key] = merged_version(versions[key], version) if key in versions else version
            posts[row.id] = merged_post(posts[row.id], row) if row.id in posts else row
        current: dict[PostId, tuple[int, str, str]] = {}
        for version in versions.values():
            rank = (version.revision, version.seen_at, version.text_hash)
            current[version.post] = max(rank, current.get(version.post, rank))
        posts = {post: row._replace(text_hash=current[post][2]) for post, row in posts.items()}
        changed = [row for post, row in posts.items() if was_posts.get(post) != row]
        self._each(_UPSERT_POST, changed)
        again = [row for key, row in versions.items() if was_versions.get(key) != row]
        self._each(_UPSERT_VERSION, again)
        # Seen once more, with nothing new in it, is nothing to understand again.
        if changed or any(
            was_versions.get((row[0], row[1]), row)._replace(seen_at=row.seen_at) != row for row in again
        ):
            self._mark_seen()
        return Tally(stored=new, duplicate=len(kept) - new, deleted=len(good) - len(kept))

    def _gone(self, posts: Sequence[Post]) -> set[PostId]:
        """Return the ids that may not be kept: deleted, tombstoned, or reposts of one that is."""
        known = {post.id for post in posts} | {post.repost_of for post in posts if post.repost_of is not None}
        gone = self._tombstoned(known) | {post.id for post in posts if post.deleted}
        before = -1
        while gone and before != len(gone):
            before = len(gone)
            gone |= self._carriers({post.id for post in posts if post.id in gone or post.repost_of in gone})
        return gone

    def _stored(self, ids: set[PostId]) -> tuple[dict[PostId, PostRow], dict[tuple[PostId, str], VersionRow]]:
        some = json.dumps(list(ids))
        posts = self._all(f"SELECT {_POST_FIELDS} FROM posts WHERE id IN (SELECT value FROM json_each(?))", some)
        rows = self._all(
            f"SELECT {_VERSION_FIELDS} FROM versions WHERE post IN (SELECT value FROM json_each(?))",
            some,
        )
        versions = [VersionRow(*row) for row in rows]
        return (
            {row[0]: PostRow(*row) for row in posts},
            {(version.post, version.text_hash): version for version in versions},
        )

    def _keep_stories(self, stories: Iterable[Story], source: str, at: datetime) -> Tally:
        stored = duplicate = 0
        unfit: list[Rejected] = []
        for story in stories:
            row = (*story_row(story), source, at_text(at))
            why = unstorable(row)
            if why is not None:
                unfit.append(Rejected(raw=_raw(asdict(story)), reason=why, id=story.id))
                continue
            was = self._one(f"SELECT {STORY_COLUMNS}, source, seen_at FROM stories WHERE id = ?", story.id)
            stored, duplicate = (stored + 1, duplicate) if was is None else (stored, duplicate + 1)
            if was is None or _story_rank(row) > _story_rank(was):
                self._db.execute(_UPSERT_STORY, row)
                if was is None or was[:-2] != row[:-2]:
                    self._mark_seen()
        return Tally(stored=stored, duplicate=duplicate) + self._keep_broken(unfit, source, at)

    def _keep_articles(self, articles: Sequence[Article], source: str, at: datetime) -> Tally:
        stored = 0
        unfit: list[Rejected] = []
        for one in articles:
            row = (
                one.id,
                one.story,
                one.title,
                one.url,
                one.publisher,
                time_text(one.published_at),
                source,
                at_text(at),
            )
            why = unstorable(row)
            if why is not None:
                unfit.append(Rejected(raw=_raw(asdict(one)), reason=why, id=one.id))
                continue
            was = self._one("SELECT url FROM articles WHERE id = ?", one.id)
            stored += was is None
            self._db.execute(
                "INSERT INTO articles VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET "
                "title = excluded.title, url = excluded.url, seen_at = excluded.seen_at",
                row,
            )
            if was is None or was[0] != one.url:
                self._mark_seen()  # posts that link to it are now about its story
        kept = len(articles) - len(unfit)
        return Tally(stored=stored, duplicate=kept - stored) + self._keep_broken(unfit, source, at)

    def _keep_broken(self, broken: Sequence[Rejected], source: str, at: datetime) -> Tally:
        self._each(
            "INSERT INTO quarantine (source, item, reason, raw, at) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
            [
                (
                    source,
                    None if one.id is None else printable(one.id),
                    printable(one.reason),
                    printable(one.raw),
                    at_text(at),
                )
                for one in broken
            ],
        )
        return Tally(quarantined=len(broken))

    def _add_tally(self, source: str, tally: Tally) -> None:
        self._db.execute(
            "INSERT INTO tallies VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET "
            "stored = stored + excluded.stored, duplicate = duplicate + excluded.duplicate, "
            "quarantined = quarantined + excluded.quarantined, "
            "deleted = deleted + excluded.deleted",
            (source, tally.stored, tally.duplicate, tally.quarantined, tally.deleted),
        )

    def _add_cost(self, source: str, cost: Cost, at: datetime) -> None:
        self._db.execute(
            "INSERT INTO costs (source, at, requests, posts, users, microdollars) VALUES (?, ?, ?, ?, ?, ?)",
            (source, at_text(at), cost.requests, cost.posts, cost.users, cost.microdollars),
        )


def _story_rank(row: tuple[Any, ...]) -> tuple[str, str]:
    return (row[-1], json.dumps(row[:-1]))


def _sorted_out(posts: Iterable[Post], at: str) -> tuple[list[tuple[Post, PostRow, VersionRow]], list[Rejected]]:
    """Return the posts that can be stored, with their rows, and those that cannot, with why."""
    good: list[tuple[Post, PostRow, VersionRow]] = []
    unfit: list[Rejected] = []
    for sent in posts:
        post = _bare(sent) if sent.deleted else sent
        row, version = post_rows(post, at)
        why = (
            None
            if post.deleted
            else unstorable((*row, version.text, version.lang, version.links, version.revision))
        )
        if why is None:
            good.append((post, row, version))
        else:
            unfit.append(Rejected(raw=_raw(asdict(post)), reason=why, id=post.id))
    return good, unfit


def _bare(deleted: Post) -> Post:
    """Return what a tombstone needs, so that a deletion is obeyed whatever else is broken in it."""
    found_for = tuple(story for story in deleted.found_for if unstorable([story]) is None)
    return Post(id=deleted.id, platform="", created_at=deleted.created_at, found_for=found_for, deleted=True)


def _raw(fields: Mapping[str, object]) -> str:
    return json.dumps(fields, default=str)
