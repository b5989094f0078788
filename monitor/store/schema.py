"""The tables, as steps that are only ever added to: a released step is history and is never edited.

STRICT tables, so that a wrong type is loud. Ids are TEXT (an integer key would turn "01" into 1). Times are TEXT
in ISO 8601, UTC, with microseconds, so that they sort as text and a person can read them. A flag is 0 or 1.
"""

from __future__ import annotations

# "WPS1": how a file says that it is ours; SQLite keeps it in the header (PRAGMA application_id).
APPLICATION_ID = 0x57505331

_SEEN = (
    # What was seen. A story is one row: the one seen last.
    """CREATE TABLE stories (
         id TEXT PRIMARY KEY, title TEXT NOT NULL, lead TEXT NOT NULL, body TEXT NOT NULL, url TEXT, publisher TEXT,
         published_at TEXT, language TEXT, image TEXT, target TEXT, query TEXT,
         source TEXT NOT NULL, seen_at TEXT NOT NULL
       ) STRICT""",
    # text_hash names the current version, finding the current understanding (NULL: none yet).
    # A figure is the one known first, and *_at says since when: what a report was made from must not move under it.
    """CREATE TABLE posts (
         id TEXT PRIMARY KEY, platform TEXT NOT NULL, author_id TEXT, author TEXT, author_at TEXT, created_at TEXT,
         url TEXT, reply_to TEXT, repost_of TEXT, quote_of TEXT,
         likes INTEGER, likes_at TEXT, reposts INTEGER, reposts_at TEXT, replies INTEGER, replies_at TEXT,
         found_for TEXT NOT NULL, text_hash TEXT NOT NULL, finding TEXT
       ) STRICT""",
    "CREATE INDEX posts_by_time ON posts(created_at, id)",
    "CREATE INDEX posts_by_repost ON posts(repost_of) WHERE repost_of IS NOT NULL",
    # seen_at: when this text was seen last; an edit appends a row.
    """CREATE TABLE versions (
         post TEXT NOT NULL REFERENCES posts(id) ON DELETE CASCADE, text_hash TEXT NOT NULL, text TEXT NOT NULL,
         lang TEXT, links TEXT NOT NULL, revision INTEGER NOT NULL, seen_at TEXT NOT NULL,
         PRIMARY KEY (post, text_hash)
       ) STRICT, WITHOUT ROWID""",
    "CREATE INDEX versions_by_text ON versions(text_hash)",
    # noted_at: when we learnt of the deletion, NULL where nobody said.
    """CREATE TABLE tombstones (
         id_hash TEXT PRIMARY KEY, story TEXT, created_at TEXT, noted_at TEXT
       ) STRICT, WITHOUT ROWID""",
    "CREATE INDEX tombstones_by_story ON tombstones(story)",
    """CREATE TABLE quarantine (
         id INTEGER PRIMARY KEY, source TEXT NOT NULL, item TEXT, reason TEXT NOT NULL, raw TEXT NOT NULL,
         at TEXT NOT NULL, UNIQUE (source, reason, raw)
       ) STRICT""",
    """CREATE TABLE tallies (
         source TEXT PRIMARY KEY, stored INTEGER NOT NULL, duplicate INTEGER NOT NULL,
         quarantined INTEGER NOT NULL, deleted INTEGER NOT NULL
       ) STRICT""",
    "CREATE TABLE unread (source TEXT, key TEXT, times INTEGER NOT NULL, PRIMARY KEY (source, key)) STRICT",
    """CREATE TABLE costs (
         source TEXT NOT NULL, at TEXT NOT NULL, requests INTEGER NOT NULL, posts INTEGER NOT NULL,
         users INTEGER NOT NULL, microdollars INTEGER NOT NULL
       ) STRICT""",
    "CREATE TABLE cursors (source TEXT, query TEXT, cursor TEXT NOT NULL, PRIMARY KEY (source, query)) STRICT",
    # stories: a JSON array of the stories it was for; [] means all.
    """CREATE TABLE reads (
         source TEXT NOT NULL, query TEXT, since TEXT, until TEXT, at TEXT NOT NULL, stories TEXT NOT NULL
       ) STRICT""",
    """CREATE UNIQUE INDEX reads_once ON reads(
         source, coalesce(query, ''), coalesce(since, ''), coalesce(until, ''), at, stories)""",
    """CREATE TABLE gaps (
         source TEXT NOT NULL, query TEXT, since TEXT, until TEXT, reason TEXT NOT NULL, read INTEGER,
         of_about INTEGER, at TEXT NOT NULL, stories TEXT NOT NULL
       ) STRICT""",
    """CREATE UNIQUE INDEX gaps_once ON gaps(
         source, coalesce(query, ''), coalesce(since, ''), coalesce(until, ''), reason,
         coalesce(read, -1), coalesce(of_about, -1), stories)""",
    # seen: counts the changes to posts and stories; understood: the maker and the count its findings stand for.
    "CREATE TABLE marks (name TEXT PRIMARY KEY, maker TEXT, count INTEGER NOT NULL) STRICT",
    "INSERT INTO marks VALUES ('seen', NULL, 0)",
)

_UNDERSTOOD = (
    # What was understood: computed, named by what it says (version) and by who computed it first (maker).
    """CREATE TABLE findings (
         post TEXT NOT NULL REFERENCES posts(id) ON DELETE CASCADE, version TEXT NOT NULL, text_hash TEXT NOT NULL,
         maker TEXT NOT NULL, kind TEXT NOT NULL, language TEXT NOT NULL,
         label TEXT, value REAL, confidence REAL, scorer TEXT, unclear INTEGER, not_scored TEXT,
         stance TEXT NOT NULL, ironic INTEGER NOT NULL, voice TEXT NOT NULL, voice_reason TEXT,
         copy_of TEXT, copy_reason TEXT, flood TEXT, role TEXT, role_words TEXT,
         story TEXT, link_reason TEXT, strength REAL, elsewhere TEXT,
         PRIMARY KEY (post, version),
         CHECK ((label IS NULL) = (value IS NULL) AND (label IS NULL) = (confidence IS NULL))
       ) STRICT, WITHOUT ROWID""",
    "CREATE INDEX findings_by_story ON findings(story) WHERE story IS NOT NULL",
    "CREATE INDEX findings_by_elsewhere ON findings(elsewhere) WHERE elsewhere IS NOT NULL",
    "CREATE INDEX findings_by_root ON findings(copy_of) WHERE copy_of IS NOT NULL",
    """CREATE TABLE scores (
         scorer TEXT NOT NULL, text_hash TEXT NOT NULL, label TEXT NOT NULL, value REAL NOT NULL,
         confidence REAL NOT NULL, made_by TEXT NOT NULL, unclear INTEGER NOT NULL,
         PRIMARY KEY (text_hash, scorer)
       ) STRICT, WITHOUT ROWID""",
    """CREATE VIEW current_posts AS
         SELECT p.*, v.text, v.lang, v.links, v.revision, v.seen_at
         FROM posts p JOIN versions v ON v.post = p.id AND v.text_hash = p.text_hash""",
    """CREATE VIEW current_findings AS
         SELECT f.* FROM posts p JOIN findings f ON f.post = p.id AND f.version = p.finding""",
    """CREATE VIEW links AS
         SELECT post, story, link_reason AS reason, strength FROM current_findings WHERE story IS NOT NULL""",
)

_SAID = (
    # What is said. number: a brief that is saved again is again the latest. document: the brief without its inputs.
    """CREATE TABLE briefs (
         number INTEGER PRIMARY KEY, hash TEXT NOT NULL UNIQUE, story TEXT NOT NULL, as_of TEXT NOT NULL,
         since TEXT, until TEXT, qualifier TEXT NOT NULL, voices INTEGER NOT NULL, posts INTEGER NOT NULL,
         written_by TEXT NOT NULL, document TEXT NOT NULL, at TEXT NOT NULL
       ) STRICT""",
    "CREATE INDEX briefs_by_story ON briefs(story, number)",
    """CREATE TABLE inputs (
         brief TEXT NOT NULL REFERENCES briefs(hash) ON DELETE CASCADE, place INTEGER NOT NULL, post TEXT NOT NULL,
         text_hash TEXT NOT NULL, finding TEXT NOT NULL, PRIMARY KEY (brief, place)
       ) STRICT, WITHOUT ROWID""",
    "CREATE INDEX inputs_by_post ON inputs(post, finding)",
    """CREATE TABLE reports (
         number INTEGER PRIMARY KEY, story TEXT NOT NULL, as_of TEXT NOT NULL, language TEXT NOT NULL,
         folder TEXT NOT NULL, brief_hash TEXT NOT NULL, report_hash TEXT NOT NULL, at TEXT NOT NULL
       ) STRICT""",
    "CREATE INDEX reports_by_brief ON reports(brief_hash)",
    "CREATE INDEX reports_by_story ON reports(story, as_of)",
    """CREATE TABLE outbox (
         id INTEGER PRIMARY KEY AUTOINCREMENT, channel TEXT NOT NULL, key TEXT NOT NULL,
         op TEXT NOT NULL CHECK (op IN ('post', 'update')), payload TEXT NOT NULL, fingerprint TEXT NOT NULL,
         state TEXT NOT NULL CHECK (state IN ('pending', 'sending', 'sent', 'uncertain', 'failed')),
         attempts INTEGER NOT NULL DEFAULT 0, receipt TEXT, problem TEXT, not_before TEXT,
         created_at TEXT NOT NULL, changed_at TEXT NOT NULL
       ) STRICT""",
    "CREATE INDEX outbox_by_key ON outbox(channel, key)",
    # The same key is never posted twice on a channel, whatever the caller believes; what failed may come again.
    "CREATE UNIQUE INDEX outbox_once ON outbox(channel, key) WHERE op = 'post' AND state <> 'failed'",
    """CREATE TABLE runs (
         id TEXT PRIMARY KEY, job TEXT NOT NULL, step TEXT NOT NULL, period TEXT NOT NULL,
         started_at TEXT NOT NULL, ended_at TEXT, problem TEXT
       ) STRICT""",
    "CREATE INDEX runs_by_period ON runs(job, period, started_at)",
    "CREATE INDEX runs_by_time ON runs(started_at)",
)

_LABELS = (
    # What people said of posts read blind. stratum, of_voices: how the voice had been read when its post was drawn,
    # and how many were read so. An answer is never changed; it goes with its post.
    """CREATE TABLE answers (
         post TEXT NOT NULL REFERENCES posts(id) ON DELETE CASCADE, story TEXT NOT NULL, who TEXT NOT NULL,
         answer TEXT NOT NULL CHECK (answer IN ('negative', 'neutral', 'positive', 'not about it', 'skipped')),
         at TEXT NOT NULL, text_hash TEXT NOT NULL, finding TEXT NOT NULL, stratum TEXT NOT NULL,
         of_voices INTEGER NOT NULL, PRIMARY KEY (post, who, at)
       ) STRICT, WITHOUT ROWID""",
    "CREATE INDEX answers_by_story ON answers(story)",
)

_ENCODER = (
    # What the encoder answered for a text, so that each is read once; reader: its name, and beside what it read.
    """CREATE TABLE encodings (
         reader TEXT NOT NULL, text_hash TEXT NOT NULL, answer BLOB NOT NULL, PRIMARY KEY (text_hash, reader)
       ) STRICT, WITHOUT ROWID""",
    # A second opinion on the tone, as JSON, beside the one that counts.
    "ALTER TABLE findings ADD COLUMN second TEXT",
)

_PUBLISHED = (
    # What a later brief calls a published one by, and its groups as that compares them; a deletion changes neither.
    "ALTER TABLE briefs ADD COLUMN fingerprint TEXT",
    "ALTER TABLE briefs ADD COLUMN outline TEXT",
)

_SHARING = (
    # The addresses that a post names, in one spelling each, so that two stories that share one are found by it.
    """CREATE TABLE addresses (
         address TEXT NOT NULL, post TEXT NOT NULL REFERENCES posts(id) ON DELETE CASCADE,
         PRIMARY KEY (address, post)
       ) STRICT, WITHOUT ROWID""",
    "CREATE INDEX addresses_by_post ON addresses(post)",
    # The posts that were understood anew, or whose links became known, since their addresses were kept.
    "CREATE TABLE unaddressed (post TEXT PRIMARY KEY REFERENCES posts(id) ON DELETE CASCADE) STRICT, WITHOUT ROWID",
    "INSERT INTO unaddressed SELECT id FROM posts WHERE finding IS NOT NULL",
    # NOT EXISTS: the conflict rule of the statement that fires a trigger would stand over an OR IGNORE.
    """CREATE TRIGGER posts_understood AFTER UPDATE OF finding ON posts WHEN new.finding IS NOT old.finding BEGIN
         INSERT INTO unaddressed SELECT new.id WHERE NOT EXISTS (SELECT 1 FROM unaddressed WHERE post = new.id);
       END""",
    """CREATE TRIGGER versions_linked AFTER UPDATE OF links ON versions WHEN new.links <> old.links BEGIN
         INSERT INTO unaddressed SELECT new.post WHERE NOT EXISTS (SELECT 1 FROM unaddressed WHERE post = new.post);
       END""",
    "CREATE INDEX posts_by_answered ON posts(reply_to) WHERE reply_to IS NOT NULL",
    "CREATE INDEX posts_by_quoted ON posts(quote_of) WHERE quote_of IS NOT NULL",
    """CREATE INDEX findings_by_voice ON findings(voice)
         WHERE story IS NOT NULL AND copy_of IS NULL AND flood IS NULL""",
)

_LEDGER = (
    # What each entry was for; reserved: 1 while it is the most that a request may cost.
    "ALTER TABLE costs ADD COLUMN query TEXT",
    "ALTER TABLE costs ADD COLUMN stories TEXT NOT NULL DEFAULT '[]'",
    "ALTER TABLE costs ADD COLUMN reserved INTEGER NOT NULL DEFAULT 0",
    "CREATE INDEX costs_by_time ON costs(source, at)",
    # How each source does; failed_at, problem, refused, next_try and sample are of its last failure, NULL or 0 once
    # it has worked again. failing_since: the first failure of those without a success between. sample: what came
    # instead of an answer, for who looks into it; no report shows it.
    """CREATE TABLE health (
         source TEXT PRIMARY KEY, worked_at TEXT, failing_since TEXT, failed_at TEXT, problem TEXT,
         refused INTEGER NOT NULL DEFAULT 0, next_try TEXT, rate_left INTEGER, sample TEXT
       ) STRICT""",
)

_ARTICLES = (
    # What other outlets wrote about the event of a story, by the id that their source gives it.
    """CREATE TABLE articles (
         id TEXT PRIMARY KEY, story TEXT NOT NULL, title TEXT NOT NULL, url TEXT, publisher TEXT, published_at TEXT,
         source TEXT NOT NULL, seen_at TEXT NOT NULL
       ) STRICT, WITHOUT ROWID""",
    "CREATE INDEX articles_by_story ON articles(story)",
)

_ASKED = ("CREATE INDEX reads_by_stories ON reads(source, stories, at)",)

STEPS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("0001_seen", _SEEN),
    ("0002_understood", _UNDERSTOOD),
    ("0003_said", _SAID),
    ("0004_labels", _LABELS),
    ("0005_encoder", _ENCODER),
    ("0006_published", _PUBLISHED),
    ("0007_sharing", _SHARING),
    ("0008_ledger", _LEDGER),
    ("0009_articles", _ARTICLES),
    ("0010_asked", _ASKED),
)
"""Every step with its statements, in order; a store that has a step we do not know is too new for us."""
