"""How many articles the judge refuses, and how many walls it lets in.

    python benchmarks/verdicts.py           # or: make bench-verdicts

Recall stands on tests/golden/verdicts; precision on real publishers' pages in ../shared, beside the repository,
which are not in it: where they are absent, that part says so. Every article that is refused is listed.
"""

from __future__ import annotations

import gzip
import json
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared"
sys.path[:0] = [str(ROOT / "src"), str(ROOT / "tests")]

from onrecord.extract import PageFacts, read_page_and_facts  # noqa: E402  (found by the line above)
from onrecord.judge import judge  # noqa: E402
from onrecord.model import Extraction, Paragraph, Verdict, plain  # noqa: E402
from verdict_pages import pages  # noqa: E402

#: The aim: of a hundred articles at most one is refused.
AIM = 0.01
#: Letters: a page whose whole truth is shorter tests a reader's manners, and is no article for anybody.
NO_ARTICLE = 160
#: Letters of each article that are left for the third figure.
BRIEF = 300

Read = tuple[str, str, Extraction, PageFacts]


def main() -> int:
    """Print the three figures; return 1 where an aim is missed."""
    is_good = _recall()
    if not SHARED.is_dir():
        print("precision: not measured, ../shared is not here")
        return 0 if is_good else 1
    began = time.process_time()
    read = [
        (name, url, *read_page_and_facts(body, url=url, content_type=kind))
        for name, url, body, kind in (*_newsroom(), *_development())
    ]
    reading = time.process_time() - began
    began = time.process_time()
    share = _precision("articles", read)
    judging = time.process_time() - began
    _precision(f"cut to {BRIEF} letters", [brief for one in read if (brief := _brief(one))])
    print(f"judging takes {judging / reading:.1%} of the time that reading takes")
    return 0 if is_good and share <= AIM else 1


def _recall() -> bool:
    """Print how many bad pages would be kept, and how many pages are not what they are called."""
    kept = wrong = total = 0
    for table in ("cases.toml", "later.toml"):
        for page in pages(table):
            extraction, facts = read_page_and_facts(page.body, url=page.final, content_type=page.type)
            found = judge(
                extraction,
                facts,
                status=page.status,
                media_type=page.type,
                asked_url=page.asked,
                final_url=page.final,
                headers=page.headers,
            )
            total += 1
            wrong += found.kind != page.verdict
            kept += found.kind.is_article and page.verdict not in {"full", "stub", "part"}
            if found.kind != page.verdict:
                print(f"  {page.name}: {found.kind.value}, and is {page.verdict}: {found.reason}")
    print(f"recall: {kept} bad pages kept, {wrong} of {total} called by another name")
    return not kept


def _precision(called: str, read: list[Read]) -> float:
    """Print which articles are refused; return their share."""
    kinds: dict[str, Counter[str]] = defaultdict(Counter)
    refused = 0
    for name, url, extraction, facts in read:
        found = _verdict(url, extraction, facts)
        kinds[name][found.kind.value] += 1
        if not found.kind.is_article:
            refused += 1
            print(f"  refused: {name} {url[:90]}: {found.kind.value}: {found.reason[:110]}")
    for name, counts in kinds.items():
        print(f"  {name}: {', '.join(f'{count} {kind}' for kind, count in counts.most_common())}")
    print(f"precision, {called}: {refused} of {len(read)} refused ({refused / len(read):.2%})")
    return refused / len(read)


def _verdict(url: str, extraction: Extraction, facts: PageFacts) -> Verdict:
    return judge(extraction, facts, status=200, media_type="text/html", asked_url=url, final_url=url)


def _brief(one: Read) -> Read | None:
    """Return a reading whose article ends after its first paragraphs: the page's frame stays as it is."""
    name, url, extraction, facts = one
    kept: list[Paragraph] = []
    length = 0
    for block in extraction.article.blocks if extraction.article else ():
        if isinstance(block, Paragraph) and length < BRIEF:
            kept.append(block)
            length += len(plain(block.runs))
    if extraction.article is None or not kept:
        return None
    return name, url, replace(extraction, article=replace(extraction.article, blocks=tuple(kept))), facts


def _newsroom() -> Iterator[tuple[str, str, bytes, str | None]]:
    """Yield the recorded publishers' articles of the first day, and those of the second that are new or changed."""
    sites = SHARED / "newsroom" / "sites"
    for line in (sites / "index.jsonl").read_text("utf-8").splitlines():
        entry = json.loads(line)
        if entry["kind"] == "article" and entry.get("file") and entry.get("from", 1) <= 2:
            body = gzip.decompress((sites / entry["file"]).read_bytes())
            yield f"newsroom, day {entry.get('from', 1)}", entry["url"], body, entry.get("type")


def _development() -> Iterator[tuple[str, str, bytes, str | None]]:
    """Yield the pages whose body is known."""
    for table in sorted((SHARED / "extraction" / "dev").glob("*/truth.jsonl")):
        for line in table.read_text("utf-8").splitlines():
            truth = json.loads(line)
            if sum(map(len, truth.get("body") or [])) >= NO_ARTICLE:
                page = table.parent / "pages" / f"{truth['id']}.html.gz"
                yield table.parent.name, truth["url"], gzip.decompress(page.read_bytes()), None


if __name__ == "__main__":
    sys.exit(main())
