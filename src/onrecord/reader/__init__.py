"""The reader: the archive as pages in a browser, rendered here, without script.

`make_app` gives the application that `onrecord serve` runs.
"""

from onrecord.reader.app import make_app, serve

__all__ = ["make_app", "serve"]
