"""What a comparison costs: two long Chinese articles with two hundred edits, and a thousand ordinary pairs.

Beside it a bare difflib over the same characters, in the same run: its time is the yardstick, whatever the machine.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from difflib import SequenceMatcher

from onrecord.compare import compare
from onrecord.compare.words import tokens
from onrecord.model import Article, CanonicalUrl, Paragraph, Run

WORDS = [
    *(
        "大桥",
        "周一",
        "关闭",
        "工程师",
        "裂缝",
        "市长",
        "渡轮",
        "午夜",
        "港务局",
        "公告",
        "居民",
        "春天",
        "警告",
        "报告",
        "议会",
    ),
    *(
        "表示",
        "认为",
        "指出",
        "已经",
        "仍然",
        "可能",
        "关于",
        "以及",
        "因为",
        "所以",
        "在",
        "的",
        "和",
        "对",
        "将",
        "被",
        "了",
    ),
]


def prose(choose: random.Random, length: int, paragraph: int) -> list[str]:
    """Return paragraphs of made-up Chinese, *length* characters in all."""
    made: list[str] = []
    total = 0
    while total < length:
        text = ""
        while len(text) < paragraph:
            text += "".join(choose.choices(WORDS, k=choose.randrange(5, 12))) + choose.choice("，。。！")
        made.append(text)
        total += len(text)
    return made


def edited(choose: random.Random, paragraphs: list[str], edits: int) -> list[str]:
    """Return *paragraphs* with words replaced, put in and taken out in so many places."""
    made = list(paragraphs)
    for _ in range(edits):
        at = choose.randrange(len(made))
        place = choose.randrange(len(made[at]))
        made[at] = made[at][:place] + choose.choice([*WORDS, ""]) + made[at][place + choose.choice([0, 2]) :]
    return made


def article(paragraphs: list[str]) -> Article:
    """Return an article of these paragraphs."""
    url = CanonicalUrl("https://paper.example/bridge")
    return Article(
        canonical_url=url, headline="大桥", blocks=tuple(Paragraph((Run(text),)) for text in paragraphs)
    )


def best_of(times: int, work: Callable[[], object]) -> float:
    """Return the least CPU time of some runs, in milliseconds."""
    least = float("inf")
    for _ in range(times):
        tokens.cache_clear()  # each text is new to a person who opens it
        begun = time.process_time()
        work()
        least = min(least, time.process_time() - begun)
    return least * 1000


def main() -> None:
    """Print a table."""
    choose = random.Random(7)
    for name, paragraph in (("paragraphs of 150", 150), ("one paragraph", 50_000)):
        old = prose(choose, 50_000, paragraph)
        new = edited(choose, old, 200)
        ours = best_of(3, lambda old=old, new=new: compare(article(old), article(new)))
        text = "".join(old)[:5_000], "".join(new)[:5_000]
        bare = best_of(1, lambda text=text: SequenceMatcher(None, *text, autojunk=False).get_opcodes())
        print(
            f"50,000 characters, 200 edits, {name}: {ours:.0f} ms (difflib over a tenth of it: {bare:.0f} ms)"
        )
    pairs = [(old := prose(choose, 1_200, 120), edited(choose, old, 3)) for _ in range(1_000)]
    ours = best_of(2, lambda: [compare(article(old), article(new)) for old, new in pairs])
    print(f"1,000 pairs of 1,200 characters with 3 edits: {ours:.0f} ms")


if __name__ == "__main__":
    main()
