"""The tables of the state, version by version. A new one goes to the end; none is changed once it was released."""

from __future__ import annotations

APPLICATION_ID = 0x4F6E5273  # "OnRs"

MIGRATIONS = (
    """
    CREATE TABLE address (
        url TEXT PRIMARY KEY, etag TEXT, last_modified TEXT, payload_digest TEXT, record_id TEXT, record_date TEXT,
        looked_at TEXT, verdict TEXT, article_id TEXT, source TEXT, next_at TEXT, failures INTEGER NOT NULL DEFAULT 0,
        reason TEXT
    ) WITHOUT ROWID;
    CREATE INDEX address_article ON address (article_id);
    CREATE TABLE feed (
        url TEXT PRIMARY KEY, source TEXT NOT NULL, etag TEXT, last_modified TEXT, claims_digest TEXT, checked_at TEXT,
        failures INTEGER NOT NULL DEFAULT 0, reason TEXT, moved_to TEXT, entries INTEGER NOT NULL DEFAULT 0,
        ttl_minutes INTEGER, record_id TEXT, record_date TEXT, payload_digest TEXT
    ) WITHOUT ROWID;
    CREATE TABLE entry (
        source TEXT NOT NULL, key TEXT NOT NULL, url TEXT NOT NULL, headline TEXT, claims_digest TEXT,
        claims TEXT, first_seen_at TEXT NOT NULL, last_seen_at TEXT NOT NULL, article_id TEXT, outcome TEXT NOT NULL,
        reason TEXT, attempts INTEGER NOT NULL DEFAULT 0, next_at TEXT, PRIMARY KEY (source, key)
    ) WITHOUT ROWID;
    CREATE INDEX entry_article ON entry (article_id);
    CREATE TABLE picture (
        url TEXT PRIMARY KEY, digest TEXT, path TEXT, media_type TEXT, width INTEGER, height INTEGER, reason TEXT,
        may_pass INTEGER NOT NULL DEFAULT 0, tried_at TEXT
    ) WITHOUT ROWID;
    CREATE TABLE source (
        id TEXT PRIMARY KEY, next_at TEXT, checked_at TEXT, failures INTEGER NOT NULL DEFAULT 0, reason TEXT
    ) WITHOUT ROWID;
    CREATE TABLE host_note (
        kind TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, at TEXT NOT NULL, PRIMARY KEY (kind, key)
    ) WITHOUT ROWID;
    CREATE TABLE round (id TEXT PRIMARY KEY, started_at TEXT NOT NULL, ended_at TEXT, report TEXT) WITHOUT ROWID;
    """,
    # When each file was last found whole, and as which bytes.
    """
    CREATE TABLE fixity (path TEXT PRIMARY KEY, digest TEXT NOT NULL, at TEXT NOT NULL) WITHOUT ROWID;
    """,
    # Removals: when a page last answered, in which capture a list last named it, how often it was missed.
    """
    ALTER TABLE address ADD COLUMN answered_at TEXT;
    ALTER TABLE entry ADD COLUMN list_record TEXT;
    CREATE TABLE absence (article_id TEXT PRIMARY KEY, looks INTEGER NOT NULL, counted_at TEXT NOT NULL) WITHOUT ROWID;
    """,
    # What hooks are still to be told.
    """
    CREATE TABLE delivery (
        hook TEXT NOT NULL, seq INTEGER NOT NULL, attempts INTEGER NOT NULL DEFAULT 0, next_at TEXT, reason TEXT,
        PRIMARY KEY (hook, seq)
    ) WITHOUT ROWID;
    """,
    # What tells of gaps: what each list has shown, and when each source was judged.
    """
    ALTER TABLE feed ADD COLUMN read_at TEXT;
    ALTER TABLE source ADD COLUMN judged_at TEXT;
    CREATE TABLE list_window (
        url TEXT PRIMARY KEY, source TEXT NOT NULL, first_read_at TEXT NOT NULL, joined_since TEXT NOT NULL,
        shown TEXT NOT NULL
    ) WITHOUT ROWID;
    CREATE INDEX list_window_source ON list_window (source);
    CREATE INDEX entry_seen ON entry (source, first_seen_at);
    """,
    # What a list says of itself: that it is gone for good, who pushes it, when it is not to be asked.
    """
    ALTER TABLE feed ADD COLUMN gone_at TEXT;
    ALTER TABLE feed ADD COLUMN hub_url TEXT;
    ALTER TABLE feed ADD COLUMN skips TEXT;
    CREATE INDEX feed_claims ON feed (claims_digest) WHERE claims_digest IS NOT NULL;
    """,
    "ALTER TABLE source ADD COLUMN left_at TEXT",
    """
    CREATE TABLE asked (
        month TEXT NOT NULL, host TEXT NOT NULL, requests INTEGER NOT NULL, bytes INTEGER NOT NULL,
        not_modified INTEGER NOT NULL, failures INTEGER NOT NULL, postponed INTEGER NOT NULL,
        allowed INTEGER NOT NULL, disallowed INTEGER NOT NULL, PRIMARY KEY (month, host)
    ) WITHOUT ROWID;
    """,
    # What is being learned of each site, and the memories that were frozen out of it, which documents name.
    """
    CREATE TABLE learning (site TEXT PRIMARY KEY, learned TEXT NOT NULL) WITHOUT ROWID;
    CREATE TABLE memory (
        site TEXT NOT NULL, number INTEGER NOT NULL, digest TEXT NOT NULL, since TEXT NOT NULL, until TEXT,
        pages INTEGER NOT NULL, is_remade INTEGER NOT NULL, memory TEXT NOT NULL, PRIMARY KEY (site, number)
    ) WITHOUT ROWID;
    CREATE INDEX memory_digest ON memory (digest);
    """,
    # Rhythms, and what is due found without a walk over all that was ever listed.
    """
    ALTER TABLE feed ADD COLUMN cache_max_age INTEGER;
    ALTER TABLE feed ADD COLUMN retry_at TEXT;
    ALTER TABLE source ADD COLUMN rhythm TEXT;
    CREATE INDEX address_due ON address (source, next_at) WHERE next_at IS NOT NULL;
    CREATE INDEX entry_due ON entry (source, next_at) WHERE next_at IS NOT NULL;
    """,
    # The way back in time: each list that is read on it, once.
    """
    CREATE TABLE walk (
        source TEXT NOT NULL, url TEXT NOT NULL, is_robots INTEGER NOT NULL DEFAULT 0, since TEXT NOT NULL,
        modified TEXT, read_at TEXT, found INTEGER NOT NULL DEFAULT 0, attempts INTEGER NOT NULL DEFAULT 0, reason TEXT,
        PRIMARY KEY (source, url)
    ) WITHOUT ROWID;
    ALTER TABLE entry ADD COLUMN is_past INTEGER NOT NULL DEFAULT 0;
    """,
    # Up to which line of the ledger the state knew all that was held, at a round's end.
    "ALTER TABLE round ADD COLUMN noted_until INTEGER",
)
