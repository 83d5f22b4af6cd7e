"""Legacy files as they are: the first three weeks of the lineage, from its own Git history."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from onrecord.legacy import LegacyFile, LegacyForm, ListRow, envelope_text, list_page, parse

BUNDLE = Path(__file__).parents[2] / "shared" / "legacy" / "history.bundle"

pytestmark = pytest.mark.skipif(not BUNDLE.exists(), reason="the lineage's history is not here")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder at its last commit."""
    folder = tmp_path_factory.mktemp("lineage") / "news"
    command = ["git", "-c", "core.autocrlf=false", "clone", "--quiet", "-b", "main", str(BUNDLE), str(folder)]
    subprocess.run(command, check=True, capture_output=True)
    return folder


@pytest.fixture(scope="module")
def files(folder: Path) -> list[tuple[str, LegacyFile]]:
    """Each article's text, and what is read out of it."""
    texts = [path.read_bytes().decode() for path in sorted(folder.glob("articles/*/*.md"))]
    return [(text, parse(text)) for text in texts]


def test_every_file_is_read(files: list[tuple[str, LegacyFile]]) -> None:
    """An importer that loses one file of 4,294 loses an article."""
    forms = [found.form for _, found in files]
    assert {form: forms.count(form) for form in set(forms)} == {
        LegacyForm.E0: 165,
        LegacyForm.E1A: 5,
        LegacyForm.E1B: 4124,
    }


def test_every_e1b_file_is_written_byte_for_byte(files: list[tuple[str, LegacyFile]]) -> None:
    """Nine publications, three weeks: the five of form E1a alone lose the white space around their titles."""
    changed = [
        text
        for text, found in files
        if found.form is LegacyForm.E1B and found.envelope and envelope_text(found.envelope) != text
    ]
    assert changed == []


def test_the_fused_tags_are_reported(files: list[tuple[str, LegacyFile]]) -> None:
    """The lineage's own damage is known by number."""
    fused = [found for _, found in files if any(one.code == "legacy-fused-tag" for one in found.problems)]
    assert len(fused) == 135


def test_list_pages_have_the_lineages_rows(folder: Path) -> None:
    """The days, titles and order of a list page as the lineage wrote it, at its later, shorter paths."""
    paths = sorted((folder / "articles" / "BBC").iterdir())[:100]
    rows = []
    for path in paths:
        found = parse(path.read_bytes().decode()).envelope
        assert found is not None
        rows.append(ListRow(found.published_ms, found.title, f"articles/BBC/{path.name}"))
    theirs = (folder / "lists" / "BBC.md").read_text("utf-8")
    assert list_page("BBC", rows).rstrip("\n") == theirs.partition("\n\n\n[查看更多]")[0]
