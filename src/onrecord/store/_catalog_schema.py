"""The tables of the catalog, version by version. A new one goes to the end; none is changed once it was released."""

from __future__ import annotations

APPLICATION_ID = 0x4F6E5278  # "OnRx"

MIGRATIONS = (
    """
    CREATE TABLE article (
        id TEXT PRIMARY KEY, source TEXT NOT NULL, number INTEGER NOT NULL, url TEXT NOT NULL,
        headline TEXT NOT NULL, language TEXT, section TEXT, published TEXT, published_utc TEXT,
        first_captured_at TEXT NOT NULL, captured_at TEXT NOT NULL, revision INTEGER NOT NULL, kind TEXT NOT NULL,
        verdict TEXT NOT NULL, access TEXT NOT NULL, content_digest TEXT NOT NULL, path TEXT NOT NULL,
        removed_at TEXT, removal TEXT, has_envelope INTEGER NOT NULL DEFAULT 0,
        UNIQUE (source, number)
    ) WITHOUT ROWID;
    CREATE UNIQUE INDEX article_path ON article (lower(path));
    CREATE INDEX article_source ON article (source, published_utc);
    CREATE INDEX article_published ON article (published_utc);
    CREATE INDEX article_captured ON article (first_captured_at);
    CREATE TABLE author (id TEXT NOT NULL, name TEXT NOT NULL, PRIMARY KEY (id, name)) WITHOUT ROWID;
    CREATE INDEX author_name ON author (name COLLATE NOCASE);
    CREATE TABLE alias (key TEXT PRIMARY KEY, url TEXT NOT NULL, id TEXT NOT NULL) WITHOUT ROWID;
    CREATE INDEX alias_id ON alias (id);
    CREATE TABLE revision (
        id TEXT NOT NULL, number INTEGER NOT NULL, captured_at TEXT NOT NULL, kind TEXT NOT NULL,
        content_digest TEXT NOT NULL, path TEXT NOT NULL, reader TEXT NOT NULL, capture_digest TEXT,
        record_path TEXT, record_offset INTEGER, record_length INTEGER, media_type TEXT,
        PRIMARY KEY (id, number)
    ) WITHOUT ROWID;
    CREATE TABLE picture (
        id TEXT NOT NULL, url TEXT NOT NULL, digest TEXT, path TEXT, reason TEXT, PRIMARY KEY (id, url)
    ) WITHOUT ROWID;
    CREATE INDEX picture_digest ON picture (digest);
    CREATE TABLE head (only INTEGER PRIMARY KEY CHECK (only = 1), seq INTEGER NOT NULL, digest TEXT);
    INSERT INTO head VALUES (1, 0, NULL);
    """,
    # What the search index has still to follow: the last ledger line that said anything of an article.
    """
    ALTER TABLE article ADD COLUMN touched INTEGER NOT NULL DEFAULT 0;
    CREATE INDEX article_touched ON article (touched);
    CREATE INDEX article_moment ON article (coalesce(published_utc, first_captured_at), number);
    CREATE INDEX article_source_moment ON article (source, coalesce(published_utc, first_captured_at), number);
    """,
    # The keys that the ledger names, and the lines that were signed.
    """
    CREATE TABLE key (seq INTEGER PRIMARY KEY, id TEXT NOT NULL, public TEXT NOT NULL, at TEXT NOT NULL);
    CREATE TABLE signed (seq INTEGER PRIMARY KEY, at TEXT NOT NULL, key TEXT NOT NULL);
    """,
    # What changed and what vanished, a row for each ledger line that says so. An older index has none until it is
    # made again.
    """
    ALTER TABLE article ADD COLUMN removal_state TEXT;
    CREATE TABLE change (
        seq INTEGER PRIMARY KEY, at TEXT NOT NULL, id TEXT NOT NULL, event TEXT NOT NULL, revision INTEGER,
        weight REAL, kinds TEXT NOT NULL, data TEXT NOT NULL
    );
    CREATE INDEX change_id ON change (id, seq);
    """,
    # What was deleted on purpose: its addresses are not kept again, and its number is not given again.
    """
    CREATE TABLE forgotten (key TEXT PRIMARY KEY, source TEXT, number INTEGER) WITHOUT ROWID;
    """,
    """
    CREATE TABLE gap (
        seq INTEGER PRIMARY KEY, source TEXT NOT NULL, kind TEXT NOT NULL, url TEXT, since TEXT NOT NULL,
        until TEXT NOT NULL, at TEXT NOT NULL, data TEXT NOT NULL, filled_at TEXT, filled_by TEXT,
        found INTEGER NOT NULL DEFAULT 0
    );
    CREATE INDEX gap_source ON gap (source, kind, url);
    """,
    """
    CREATE TABLE enclosure (
        id TEXT NOT NULL, url TEXT NOT NULL, path TEXT, reason TEXT, PRIMARY KEY (id, url)
    ) WITHOUT ROWID;
    """,
    # What was known of its site when a revision was read.
    """
    ALTER TABLE revision ADD COLUMN learned TEXT;
    """,
    # Which articles name which addresses as their translation or original. An older index learns it with each new
    # revision, and of all when it is made again.
    """
    CREATE TABLE translation (id TEXT NOT NULL, key TEXT NOT NULL, PRIMARY KEY (id, key)) WITHOUT ROWID;
    CREATE INDEX translation_key ON translation (key);
    """,
    # What every page of the reader asks: how many are held of each source, and what changed last. With two hundred
    # thousand articles the first took 0.8 s without, the second 0.1 s.
    """
    CREATE INDEX article_counts ON article (source, revision, removed_at);
    CREATE INDEX article_changed ON article (max(captured_at, coalesce(removed_at, '')), number)
        WHERE revision > 1 OR removed_at IS NOT NULL;
    CREATE INDEX article_removed ON article (removed_at, number) WHERE removed_at IS NOT NULL;
    """,
)
