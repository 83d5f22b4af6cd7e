"""Text: what strangers' characters may do to us, and the normal form of runs."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from onrecord.model import Run
from onrecord.text import clean, fold_space, normal_runs

runs = st.lists(
    st.builds(
        Run,
        text=st.text(alphabet="ab 中\n\t\u00a0\u3000"),
        link=st.sampled_from([None, "https://a.example/"]),
        emphasis=st.booleans(),
    ),
)


def test_a_lone_surrogate_is_removed() -> None:
    """A document with one could not be written as UTF-8."""
    assert clean("a\ud800b") == "ab"


def test_a_direction_override_is_removed() -> None:
    """Nobody may make a reader see other words than the file holds."""
    assert clean("a\u202eb") == "ab"


def test_white_space_folds_to_one_space() -> None:
    """A headline stands on one line, however its page was indented."""
    assert fold_space("  a\r\n\t b\u00a0 ") == "a b"


def test_neighbours_with_one_formatting_are_one_run() -> None:
    """What reads alike is written alike."""
    assert normal_runs([Run("a "), Run(" b")]) == (Run("a b"),)


def test_white_space_folds_across_runs() -> None:
    """A browser shows one space where two runs meet."""
    assert normal_runs([Run("a ", strong=True), Run(" b ")]) == (Run("a ", strong=True), Run("b"))


@given(runs)
def test_normal_form_is_normal(some: list[Run]) -> None:
    """Reading back what we wrote gives what we wrote, so the form must be stable."""
    assert normal_runs(normal_runs(some)) == normal_runs(some)


@given(runs)
def test_no_run_in_normal_form_is_empty(some: list[Run]) -> None:
    """An empty run would be lost in writing."""
    assert all(run.text for run in normal_runs(some))
