"""Learning a site: what recurs is furniture, a redesign is noticed, and no article's own words are ever taken."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest

from onrecord.extract import Find, Language, SiteMemory, SiteRule, read_page, read_page_and_traits
from onrecord.learning import MAX_LINES, MOST_BETWEEN, REST, WINDOW, Learning
from onrecord.text import body_text
from site_pages import APPEAL, AUTHOR, BACKGROUND, BEGAN, SEEN, memory, page, taught, traits, url

PAGES = Path(__file__).parent / "golden" / "pages"


def text(body: bytes, site: SiteMemory | None = None, rule: SiteRule | None = None) -> str:
    """Return the text of a page."""
    article = read_page(body, url=url(99), site=site, rule=rule).article
    assert article is not None
    return body_text(article.blocks)


# ---------------------------------------------------------------- furniture


def test_a_line_that_recurs_is_furniture_though_it_looks_like_text() -> None:
    """Whoever reads the archive wants the article, not the paper's appeal below each of them."""
    assert APPEAL not in text(page(99), memory(*SEEN))


@pytest.mark.parametrize("name", sorted(place.name for place in PAGES.iterdir()))
def test_a_text_is_what_it_is_without_a_memory_less_what_recurs(name: str) -> None:
    """Whatever was learned, right or wrong, it adds no line to a text and puts none in another's place."""
    body = (PAGES / name / "page.html").read_bytes()
    known = read_page_and_traits(body, url=url(1), site=SiteMemory(""))[2]
    every_second = SiteMemory("herald.example", frozenset(sorted(known.lines)[::2]))
    alone, less = (read_page(body, url=url(1), site=site).article for site in (None, every_second))
    lines = [body_text(one.blocks).splitlines() if one else [] for one in (alone, less)]
    assert [line for line in lines[0] if line in lines[1]] == lines[1]


def test_by_itself_a_page_can_not_tell() -> None:
    """The promise above would mean nothing if the reader left the line out anyway."""
    assert APPEAL in text(page(99))


def test_an_articles_own_words_stay() -> None:
    """Learning sharpens; it must not cost a word."""
    assert text(page(99), memory(*SEEN)) == text(page(99, appeal=False))


def test_what_was_never_seen_is_read_as_without_a_memory() -> None:
    """Nothing learned is needed."""
    assert text(page(99, appeal=False), memory(*SEEN)) == text(page(99, appeal=False))


def test_a_rule_that_names_the_body_knows_better_than_what_was_learned() -> None:
    """A person says what is text; what recurs is a guess."""
    rule = SiteRule(name="herald.example", language=Language.CSS, body=(Find(select=".words"),))
    assert APPEAL in text(page(99), memory(*SEEN), rule)


def test_a_rule_that_only_strips_leaves_furniture_to_what_was_learned() -> None:
    """It says nothing of the lines that are left."""
    rule = SiteRule(name="herald.example", language=Language.CSS, strip=(Find(select=".who"),))
    assert APPEAL not in text(page(99), memory(*SEEN), rule)


def test_background_told_again_in_some_reports_is_no_furniture() -> None:
    """Agencies tell the same background for months, word for word, and readers need it."""
    several = [page(number, BACKGROUND if number % 3 == 0 else "") for number in range(1, 13)]
    assert BACKGROUND in text(page(99, BACKGROUND), memory(*several))


def test_a_note_on_an_author_is_furniture_though_she_wrote_few_of_the_articles() -> None:
    """It is set apart from the text, which background is not."""
    note = f'<div class="about"><p>{AUTHOR}</p></div>'
    several = [page(number, note if number % 4 == 0 else "") for number in range(1, 25)]
    assert AUTHOR not in text(page(99, note), memory(*several))


@pytest.mark.parametrize("tags", ["<h3>{}</h3>", "<p><strong>{}</strong></p>"])
def test_a_sub_headline_that_some_articles_share_is_no_furniture(tags: str) -> None:
    """Papers ask the same questions in many of their explanations."""
    question = "What happens next, and who decides?"
    answered = [
        tags.format(question),
        "Nobody knows, said the clerk, who then went home to feed her two goats before the rain came over the quay.",
    ]
    several = [page(number, *(answered if number % 3 == 0 else ())) for number in range(1, 13)]
    assert question in text(page(99, *answered), memory(*several))


def test_a_credit_that_recurs_stays_a_credit() -> None:
    """Who reported, translated or edited is the article's own, though it is the same three people each day."""
    credit = '<p class="note"><em>Additional reporting by Maren Holt and Tom Reed in Elderford.</em></p>'
    article = read_page(
        page(99, credit), url=url(99), site=memory(*(page(one, credit) for one in range(1, 8)))
    ).article
    assert article is not None
    assert article.credits == ("Additional reporting by Maren Holt and Tom Reed in Elderford.",)


def test_copies_of_one_article_teach_nothing() -> None:
    """An article at three addresses would have all of its words taken for furniture."""
    copies = [page(1, "Counted by its readers.", "And by its writer too, he says."), *SEEN]
    assert "old ferry house" in text(page(1), memory(*copies, *(page(1) for _ in range(6))))


def test_a_page_that_is_furniture_for_the_most_part_is_left_as_it_is() -> None:
    """A note of the editors, repeated as an article, is better kept than lost."""
    note = page(99)
    start = note.index(b"<p>On day")
    assert APPEAL in text(note[:start] + note[note.index(f"<p>{APPEAL}".encode()) :], memory(*SEEN))


def test_the_words_that_a_page_claims_as_its_own_stay() -> None:
    """Where an article is teased on other pages, its first lines recur."""
    own = page(99).replace(b"<body>", f'<meta name="description" content="{APPEAL}"><body>'.encode())
    assert APPEAL in text(own, memory(*SEEN))


def test_the_same_words_in_another_kind_of_box_are_not_the_same_line() -> None:
    """A teaser's words stand in a box of teasers; in the article they stand in its text."""
    teasers = [page(number, f'<ul class="others"><li>{BACKGROUND}</li></ul>') for number in range(1, 7)]
    assert BACKGROUND in text(page(99, BACKGROUND), memory(*teasers))


# ---------------------------------------------------------------- places


def test_where_the_fields_stand_is_remembered() -> None:
    """The next page may say less of itself."""
    assert memory(*SEEN).paths["byline"] == {"div.who.byline/article.piece/div.wrap"}


def test_of_two_headlines_the_one_that_stands_as_others_did_is_taken() -> None:
    """Pages that say nothing of themselves in their head may promote another story in large letters."""
    two = page(99).replace(b"<body>", b'<body><h1 class="offer">Sail Round the Island in an Hour</h1>')
    two = re.sub(rb"<title>.*</title>", b"", two)
    titles = [read_page(two, url=url(99), site=site).article.headline for site in (None, memory(*SEEN))]  # type: ignore[union-attr]
    assert titles == ["Sail Round the Island in an Hour", "The Council Speaks of Matter 99"]


@pytest.mark.parametrize(
    ("names", "path"),
    [
        ("lead", "p.lead/article/body"),
        ("lead post-20517 css-1x2y3z", "p.lead/article/body"),  # of one page, or of one build of its styles
        ("a b c d e", "p.a.b.c/article/body"),
        ("x" * 41, "p/article/body"),
    ],
)
def test_a_path_is_made_of_words_that_outlast_a_page(names: str, path: str) -> None:
    """What is remembered has to be found on the next one."""
    told = traits(f'<article><h1>Told</h1><p class="{names}">{APPEAL}</p></article>'.encode())
    assert told.paths["body"] == path


# ---------------------------------------------------------------- a site made anew


def test_a_redesign_is_noticed_after_five_pages_in_a_row() -> None:
    """What was remembered of the old pages must not be applied to the new ones."""
    learning = taught(*SEEN, *(page(number, layout="new") for number in range(10, 15)))
    assert learning.remade_at == BEGAN + timedelta(hours=11)


def test_four_odd_pages_are_no_redesign() -> None:
    """A live page or a picture story is made otherwise on every site."""
    learning = taught(*SEEN, *(page(number, layout="new") for number in range(10, 14)), page(15))
    assert learning.remade_at is None


def test_the_pages_that_showed_the_redesign_are_what_is_learned_anew() -> None:
    """The memory is useful from the moment on that the redesign is noticed."""
    learning = taught(*SEEN, *(page(number, layout="new") for number in range(10, 15)))
    known = learning.freeze(now=BEGAN)
    assert known.paths["headline"] == {"h1.display/div.hero/main.sheet"}


def test_a_large_site_is_given_more_patience() -> None:
    """A day's worth of one section's pages must not look like a redesign of all."""
    learning = taught(*(page(number) for number in range(1, 41)))
    for number in range(50, 57):
        learning.add(traits(page(number, layout="new"), number), at=BEGAN)
    assert learning.remade_at is None


# ---------------------------------------------------------------- frozen, bounded, kept


def test_nothing_is_said_of_a_site_before_five_of_its_pages_were_seen() -> None:
    """What recurs on two pages may be a coincidence."""
    assert [taught(*SEEN[:count]).is_ripe(now=BEGAN) for count in (4, 5)] == [False, True]


def test_memories_come_ever_more_rarely() -> None:
    """Each is kept for good, since documents name it."""
    learning = taught(*SEEN)
    learning.freeze(now=BEGAN)
    ripe = []
    for number in range(10, 17):
        learning.add(traits(page(number), number), at=BEGAN)
        ripe.append(learning.is_ripe(now=BEGAN))
    assert ripe == [False] * 5 + [True] * 2


@pytest.mark.parametrize(("waited", "ripe"), [(REST - timedelta(hours=1), False), (REST, True)])
def test_a_busy_site_has_a_memory_a_week(waited: timedelta, ripe: bool) -> None:  # noqa: FBT001
    """Fifty articles a day would make a memory a day."""
    learning = taught(*SEEN)
    learning.frozen_at, learning.frozen_seen, learning.era.seen = BEGAN, MOST_BETWEEN, 3 * MOST_BETWEEN
    assert learning.is_ripe(now=BEGAN + waited) is ripe


def test_the_same_knowledge_has_the_same_name() -> None:
    """A document names the memory that it was read with."""
    assert memory(*SEEN).digest == memory(*SEEN).digest


def test_a_memory_is_read_back_as_it_was_written() -> None:
    """What is read again must be read with the same."""
    known = memory(*SEEN)
    assert SiteMemory.from_json(known.to_json()) == known


def test_what_is_being_learned_is_read_back_as_it_was_written() -> None:
    """A round goes on where the last one stopped."""
    learning = taught(*SEEN, page(10, layout="new"))
    again = Learning.from_json(learning.site, learning.to_json())
    assert again == learning


def test_what_an_older_recipe_named_is_no_longer_known() -> None:
    """Its names would match nothing, or worse."""
    assert (
        Learning.from_json("herald.example", taught(*SEEN).to_json().replace('"recipe":1', '"recipe":0'))
        is None
    )


def test_what_is_counted_of_a_site_is_bounded() -> None:
    """A paper of a hundred thousand articles costs what one of a hundred does."""
    learning = taught(
        *(
            page(number, *(f"Note {number} of {other}, which is told once." for other in range(60)))
            for number in range(30)
        )
    )
    assert len(learning.era.lines) == MAX_LINES


def test_what_stood_there_long_ago_fades() -> None:
    """An appeal of last year is no furniture of today's pages."""
    learning = taught(*SEEN)
    for number in range(10, 10 + 6 * WINDOW):
        learning.add(traits(page(number, appeal=False), number), at=BEGAN)
    assert learning.freeze(now=BEGAN).furniture == frozenset()
