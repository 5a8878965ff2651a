"""Topics on the command line: from a file, merged, and what is missing."""

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from adapters.cli import app

HEAD = "id,label_de,label_en,synonyms,broader,merged_into\n"


@pytest.fixture
def lotse(data: Path, tmp_path: Path):
    def run(*words: str, file: str = "", ends: int = 0) -> Result:
        path = tmp_path / "topics.csv"
        path.write_text(HEAD + file, encoding="utf-8")
        said = [str(path) if word == "FILE" else word for word in words]
        result = CliRunner().invoke(app, said, env={"LOTSE_DATA": str(data)})
        assert result.exit_code == ends, result.output
        return result

    return run


def test_a_file_brings_new_topics_names_and_mergers(lotse):
    said = lotse(
        "import", "topics", "FILE",
        file="drohnen,Drohnen,Drones,Luftbild;UAV,,\ndrohnenflug,Drohnenflug,Drone flights,,drohnen,\n",
    )  # fmt: skip
    assert "2 topics taken" in said.output
    assert "(part of drohnen)" in lotse("topics", "list").output
    assert "1 merged" in lotse("import", "topics", "FILE", file="drohnenflug,,,,,drohnen\n").output
    listed = lotse("topics", "list").output
    assert "Drohnen / Drones" in listed
    assert "Drohnenflug" not in listed


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("Drohnen,Drohnen,Drones,,,", "small letters"),
        ("drohnen,,Drones,,,", "label_de is missing"),
        ("drohnen,Drohnen,Drones,,nirgends,", "no broader topic 'nirgends'"),
        ("drohnen,,,,,eakte", "no topic 'drohnen' to be merged"),
        ("eakte,,,,,eakte", "no other topic 'eakte'"),
    ],
)
def test_a_bad_line_is_named_and_nothing_is_taken(lotse, line, reason):
    said = lotse("import", "topics", "FILE", file=f"rasen,Rasen,Lawn,,,\n{line}\n", ends=1)
    assert "line 3" in said.output
    assert reason in said.output
    assert "rasen" not in lotse("topics", "list").output


def test_merging_by_command_needs_two_that_are_there(lotse):
    assert "there is no topic nirgends" in lotse("topics", "merge", "eakte", "nirgends", ends=1).output
    assert "itself" in lotse("topics", "merge", "eakte", "eakte", ends=1).output
    assert "belongs to eakte" in lotse("topics", "merge", "dms", "eakte").output
    assert "no gaps" in lotse("topics", "gaps").output
