"""onrecord.toml: read (`settings`), and sources written into it (`writing`). Pure: text in, values or text out."""

from onrecord.config.serving import SavedSearch, ServeConfig, is_search_name
from onrecord.config.settings import (
    CHANGE_KINDS,
    FORMAT,
    INITIAL,
    KEYS,
    SAVED,
    Config,
    ExportConfig,
    FetchConfig,
    HookConfig,
    KeepConfig,
    PictureConfig,
    RoundConfig,
    ScheduleConfig,
    SourceConfig,
    duration,
    parse,
)
from onrecord.config.writing import source_id_for, with_search, with_source, with_sources, without_search

__all__ = [
    "CHANGE_KINDS",
    "FORMAT",
    "INITIAL",
    "KEYS",
    "SAVED",
    "Config",
    "ExportConfig",
    "FetchConfig",
    "HookConfig",
    "KeepConfig",
    "PictureConfig",
    "RoundConfig",
    "SavedSearch",
    "ScheduleConfig",
    "ServeConfig",
    "SourceConfig",
    "duration",
    "is_search_name",
    "parse",
    "source_id_for",
    "with_search",
    "with_source",
    "with_sources",
    "without_search",
]
