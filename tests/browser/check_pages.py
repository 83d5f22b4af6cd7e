"""What judges the reader's pages beside the tests: the Nu checker, html-validate and axe-core (`make check-pages`).

It makes the demo's archive, serves it, and puts each kind of page to the three, wide and narrow, by day and by night.
Node, Java and Chromium are needed here, and nowhere else in the project.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))

from browsing import CHROMIUM, FLAGS, serving  # noqa: E402  found by the line above
from onrecord.archive import Archive  # noqa: E402
from onrecord.cli.demonstration import play  # noqa: E402
from onrecord.store import Listing  # noqa: E402

TOOLS = HERE / "node_modules"
SCREENS = ((1280, "light"), (390, "light"), (1280, "dark"))
PAGES = (
    *(
        "/",
        "/unread",
        "/starred",
        "/changes",
        "/sources",
        "/health",
        "/round",
        "/settings",
        "/topics",
        "/offline",
    ),
    *(
        "/search",
        "/search?q=bell",
        "/topic/harbour",
        "/month/2025-05",
        "/day/2025-05-15",
        "/nothing",
        "/login",
    ),
)


def paths_of(root: Path) -> list[str]:
    """Return a page of each kind."""
    with Archive.open(root) as archive:
        sources = [source.id for source in archive.config.sources]
        articles = [*archive.catalog.articles(Listing())]
        edited = next(one for one in articles if one.revision > 1)
        gone = next(one for one in articles if one.removed_at)
        pair = next((one, found[0]) for one in articles if (found := archive.catalog.translations(one.id)))
    return [
        *PAGES,
        f"/source/{sources[0]}",
        *(f"/article/{edited.id}{more}" for more in ("", "?revision=1", "/changes", "/captures")),
        f"/article/{gone.id}",
        f"/article/{pair[0].id}/beside/{pair[1].id}",
    ]


def fetched(address: str) -> bytes:
    """Return a page's bytes, whatever its status."""
    try:
        with urllib.request.urlopen(address, timeout=60) as answer:  # noqa: S310  our own address
            return bytes(answer.read())
    except urllib.error.HTTPError as error:
        return error.read()


def markup_faults(address: str, paths: list[str], folder: Path) -> Iterator[str]:
    """Yield what the Nu checker and html-validate say."""
    for number, path in enumerate(paths):
        (folder / f"{number:02}.html").write_bytes(fetched(address + path))
    files = sorted(str(place) for place in folder.glob("*.html"))
    nu = ["java", "-jar", str(TOOLS / "vnu-jar/build/dist/vnu.jar"), "--format", "gnu", "--Werror", *files]
    validate = [str(TOOLS / ".bin/html-validate"), "--config", str(HERE / ".htmlvalidate.json"), *files]
    for command in (nu, validate):
        said = subprocess.run(command, capture_output=True, text=True, check=False)
        if said.returncode:
            yield f"{said.stdout}{said.stderr}"


def axe_faults(address: str, paths: list[str]) -> Iterator[str]:
    """Yield what axe-core finds."""
    axe = (TOOLS / "axe-core/axe.min.js").read_text("utf-8")
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        for width, scheme in SCREENS:
            screen: Any = {"viewport": {"width": width, "height": 900}, "color_scheme": scheme}
            tab = browser.new_context(bypass_csp=True, **screen).new_page()
            for path in paths:
                tab.goto(address + path)
                tab.evaluate(axe)
                # A capture is a stranger's page; its faults are not ours.
                for fault in tab.evaluate("axe.run(document, { iframes: false })")["violations"]:
                    yield f"{path} ({width}, {scheme}): {fault['id']}: {fault['nodes'][0]['html']}"
        browser.close()


def main() -> int:
    """Return 0 where nobody finds a fault."""
    with tempfile.TemporaryDirectory(prefix="onrecord-pages-") as made:
        root, folder = Path(made) / "news", Path(made) / "pages"
        folder.mkdir()
        play(root)
        paths = paths_of(root)
        with serving(root) as origins:
            address = str(origins.reader)
            faults = [*markup_faults(address, paths, folder), *axe_faults(address, paths)]
    print(f"\n{len(paths)} pages, {len(SCREENS)} screens:", "\n".join(faults) or "no fault is found")  # noqa: T201
    return bool(faults)


if __name__ == "__main__":
    sys.exit(main())
