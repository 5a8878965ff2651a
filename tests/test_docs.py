"""The documents keep up with the code: every setting is named for the operator, with its default."""

from pathlib import Path

from adapters.config import Settings

OPERATING = (Path(__file__).parents[1] / "docs" / "betrieb.md").read_text(encoding="utf-8")


def test_every_setting_stands_in_the_operators_document():
    missing = [name for name in Settings.model_fields if f"| `LOTSE_{name.upper()}` |" not in OPERATING]
    assert missing == []


def test_the_document_names_no_setting_that_is_gone():
    named = {line.split("`")[1] for line in OPERATING.splitlines() if line.startswith("| `LOTSE_")}
    assert named == {f"LOTSE_{name.upper()}" for name in Settings.model_fields}
