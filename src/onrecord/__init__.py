"""On Record keeps the news on record: every article, edit and removal, in an archive that you own."""

__version__ = "0.1.0"
