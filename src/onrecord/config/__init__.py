"""onrecord.toml: read (`settings`), and sources written into it (`writing`). Pure: text in, values or text out."""

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
from onrecord.config.writing import source_id_for, with_source, with_sources

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
    "ScheduleConfig",
    "SourceConfig",
    "duration",
    "parse",
    "source_id_for",
    "with_source",
    "with_sources",
]
