"""Paragraphs of an article and its translation find each other, though some were joined, parted or left out."""

from __future__ import annotations

import pytest

from onrecord.compare import Pair, align
from onrecord.model import Block, Figure, Heading, Paragraph, Picture, Run

ENGLISH = (
    "The old bridge was shut on Monday evening after a crack was found in its middle pier, the harbour office said.",
    "It was built in 1911.",
    "Forty people live on the far side, and for them the ferry will run until midnight, at the fare of the old toll.",
    "“We hear it at night,” said Ada Marsh, who lives next to it, and who has kept the toll house for thirty years.",
    "The office will decide in 2027 whether a new bridge is built; until then 14 men will look at the pier each week.",
)
CHINESE = (
    "港务局说，周一晚上，旧桥中央桥墩发现裂缝，随后封闭。",
    "这座桥建于1911年。",
    "对岸住着四十个人，渡轮将为他们行驶至午夜，票价与从前的过桥费相同。",
    "“夜里听得见，”住在桥边、看守收费站三十年的Ada Marsh说。",
    "是否建新桥，港务局将在2027年决定；在那之前，14个人每周检查桥墩。",
)


def blocks(*words: str) -> tuple[Block, ...]:
    """Return paragraphs."""
    return tuple(Paragraph((Run(one),)) for one in words)


def test_paragraphs_pair_up() -> None:
    """Each beside the one that says the same."""
    assert align(blocks(*ENGLISH), blocks(*CHINESE)) == tuple(Pair((at,), (at,)) for at in range(5))


def test_what_the_translator_left_out_stands_alone() -> None:
    """The paragraphs behind it stay beside each other."""
    assert align(blocks(*ENGLISH), blocks(*CHINESE[:2], *CHINESE[3:]))[2:] == (
        Pair((2,), ()),
        Pair((3,), (2,)),
        Pair((4,), (3,)),
    )


def test_paragraphs_that_were_joined_stand_beside_both() -> None:
    """Translators join short ones."""
    joined = align(blocks(*ENGLISH), blocks(CHINESE[0] + CHINESE[1], *CHINESE[2:]))
    assert joined[0] == Pair((0, 1), (0,))


def test_paragraphs_that_were_parted_stand_beside_one() -> None:
    """They part long ones too."""
    half = CHINESE[2].index("渡轮")
    parted = align(blocks(*ENGLISH), blocks(*CHINESE[:2], CHINESE[2][:half], CHINESE[2][half:], *CHINESE[3:]))
    assert parted[2] == Pair((2,), (2, 3))


@pytest.mark.parametrize("left_out", [0, 1, 2, 3])
def test_a_number_in_words_is_the_same_as_in_figures(left_out: int) -> None:
    """Of paragraphs of one length, a number tells which of them was left out."""
    told = [
        f"It rang {number} times in the night before, as it had in every night since the year began. " * 3
        for number in ("forty-one", "16", "ninety", "1,912")
    ]
    retold = [
        f"前一天夜里，那口钟敲了{number}下，今年以来夜夜如此，没有一夜例外。" * 3
        for number in ("四十一", "十六", "90", "一九一二")
    ]
    del retold[left_out]
    pairs = align(blocks(*told), blocks(*retold))
    assert [pair.first for pair in pairs if not pair.second] == [(left_out,)]


def test_pictures_pair_by_their_files() -> None:
    """The same picture stands beside itself, whatever is said on the way to it."""
    pier, bell = (Figure(Picture(url=f"https://paper.example/i/{name}.jpg")) for name in ("pier", "bell"))
    same = Figure(Picture(url="https://cn.paper.example/wide/bell.jpg?w=600"))
    assert Pair((2,), (1,)) in align((*blocks(ENGLISH[0]), pier, bell), (*blocks(CHINESE[0]), same))


def test_a_heading_is_no_paragraph() -> None:
    """A subheading that one side alone has stands by itself."""
    heading = Heading((Run("What comes next for the old bridge"),))
    found = align((*blocks(*ENGLISH[:3]), heading, *blocks(*ENGLISH[3:])), blocks(*CHINESE))
    assert Pair((3,), ()) in found


@pytest.mark.parametrize(("first", "second"), [(0, 0), (0, 3), (3, 0), (1, 1), (300, 2), (700, 690)])
def test_every_paragraph_is_there_once_and_in_order(first: int, second: int) -> None:
    """Nothing of either side is lost, however long it is."""
    pairs = align(blocks(*ENGLISH[:1] * first), blocks(*CHINESE[:1] * second))
    sides = (
        [place for pair in pairs for place in pair.first],
        [place for pair in pairs for place in pair.second],
    )
    assert sides == (list(range(first)), list(range(second)))
