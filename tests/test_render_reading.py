"""Reading a body by parts gives what reading it whole gives."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from onrecord.render.reading import Content, UnreadableError, read_body

# What may stand in a line of Markdown, in pieces that mean something together.
PIECES = st.sampled_from(
    [
        *(
            "bridge",
            "桥",
            "12",
            ". ",
            ") ",
            "- ",
            "+ ",
            "* ",
            "> ",
            "# ",
            "## ",
            "=",
            "---",
            "***",
            "    ",
            " ",
        ),
        *(
            "\u3000",
            "\\",
            "`",
            "```",
            "~~~",
            "[",
            "]",
            "](u)",
            "[a]: /u",
            "<b>",
            "<p>x</p>",
            "<pre>",
            "</pre>",
        ),
        *("<!--", "-->", "&amp;", "_a_", "!", "\t", "\r"),
    ]
)
BODIES = st.lists(
    st.one_of(PIECES, st.sampled_from(["\n", "\n\n", "\n\n\n", "\n \n", "\n\n# "])), max_size=24
).map("".join)


def told(text: str) -> Content | tuple[int, str]:
    """Return what *text* says, or the line and the reason why it can't be read."""
    try:
        return read_body(text)
    except UnreadableError as error:
        return error.line, error.what


@pytest.mark.property
@settings(max_examples=500)
@given(text=BODIES)
def test_a_body_read_by_parts_says_what_it_says_as_a_whole(text: str) -> None:
    """Plain paragraphs are known without Markdown's reader, and nothing else is taken for one."""
    # An empty line with a space in it, which we never write, has the whole body read as Markdown.
    assert told(f"\n\n{text}") == told(f"\n \n{text}")


def test_a_mistake_behind_plain_paragraphs_is_named_with_its_line() -> None:
    """A person finds it in the editor."""
    with pytest.raises(UnreadableError) as caught:
        read_body("\n# Bridge\n\nThe bridge is shut.\n\nIt was old.\n\n<blink>\n")
    assert caught.value.line == 8
