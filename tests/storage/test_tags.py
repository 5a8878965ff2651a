"""Every column says why it is kept, how long, who gets it in an export, and what an erasure does to it."""

from pathlib import Path

import pytest
from sqlalchemy import Column, Integer, MetaData, Table

from storage import tables
from storage.columns import Erase, Holds, Tag, metadata, tag_of
from storage.inventory import inventory

COLUMNS = [column for table in metadata.sorted_tables for column in table.c]


@pytest.mark.parametrize("column", COLUMNS, ids=str)
def test_each_column_is_tagged(column: Column[object]):
    tag = tag_of(column)

    assert isinstance(tag, Tag)
    assert tag.purpose
    names = set(column.table.c.keys()) | {"*"}
    assert tag.export <= names, "exported by a column that the table doesn't have"
    assert tag.holds is not None or tag.erase not in {Erase.ROW, Erase.MARK}
    if tag.erase in {Erase.BLANK, Erase.MARK}:
        assert any(tag_of(other).erase is Erase.MARK for other in column.table.c)
    if tag.erase is Erase.BLANK and not column.nullable:
        assert column.name == "contact_gives", "a column that is emptied must be able to be empty"


def test_a_column_without_a_tag_is_found():
    untagged = Table("untagged", MetaData(), Column("id", Integer, primary_key=True))
    with pytest.raises(KeyError):
        tag_of(untagged.c.id)


def test_every_table_with_something_personal_can_be_tied_to_a_person():
    """Rows that go with another row are tied by it."""
    parts = {tables.steps, tables.visit_steps, tables.questions}
    loose = [
        table.name
        for table in metadata.sorted_tables
        if table not in parts
        and any(tag_of(column).erase is Erase.WITH_ROW for column in table.c)
        and not any(tag_of(column).erase is Erase.ROW for column in table.c)
    ]
    assert loose == []


def test_every_reference_to_a_person_is_known_to_the_erasure():
    """A foreign key to people that an erasure doesn't follow would make it fail."""
    followed = {
        str(column) for column in COLUMNS if tag_of(column).erase is Erase.ROW and tag_of(column).holds is Holds.PERSON
    }
    references = {
        str(key.parent)
        for table in metadata.sorted_tables
        for key in table.foreign_keys
        if key.column is tables.people.c.key
    }
    assert references - followed == set()


def test_the_list_of_stored_data_is_up_to_date():
    file = Path(__file__).parents[2] / "docs" / "stored-data.md"
    assert file.read_text(encoding="utf-8") == inventory(), "run: python -m storage.inventory > docs/stored-data.md"
