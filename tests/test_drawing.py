"""The check that every story's messages go through finds what a platform would lose or break."""

import pytest

from bot.intents import Help
from bot.messages import Choice, Choices, Contact, Contacts, Facts, File, Message, Quote, Text, plain_text
from tests import drawing

MESSAGE = Message(
    blocks=(
        Text(text="Gefunden: 2 Kontakte", style="title"),
        Quote(text="<b>1 < 2</b> & *so* „_weiter_“\nhttps://ulm.example/?a=1&b=2"),
        Facts(rows=(("E-Mail", "j.kalthoff@hueckelhoven.example"), ("Telefon", "02433 / 55-0"))),
        Contacts(
            entries=(
                Contact(title="Jens O'Neill", place="Hückelhoven", facts=("41.200 Einwohner",), reasons=("E-Akte",)),
                Contact(title="Petra Lang", place="Plochingen", facts=(), reasons=()),
            )
        ),
        Choices(options=tuple(Choice(label=f"Nr. {n} bekannt machen", intent=Help()) for n in range(1, 9))),
        File(name="Termin (2).ics", content_type="text/calendar", content=b""),
    )
)


def test_a_message_with_everything_is_whole_on_every_platform():
    drawing.whole(MESSAGE)


@pytest.mark.parametrize(
    "lost", ["41.200 Einwohner", "Jens", "j.kalthoff@hueckelhoven.example", "02433", "Petra Lang", "Termin (2)"]
)
def test_a_lost_name_or_number_is_found(lost: str):
    text = plain_text(MESSAGE)
    assert drawing.left_out(MESSAGE, text) == []
    assert drawing.left_out(MESSAGE, text.replace(lost, "")) != []


@pytest.mark.parametrize("markup", ["<b>1</b>", "<p>1", "<p><em>1</p></em>", "1</p>", "<p onclick='x'>1</p>"])
def test_markup_that_isnt_ours_is_found(markup: str):
    assert drawing.visible("<p>1 &lt; 2<br></p>").strip() == "1 < 2"
    with pytest.raises(AssertionError):
        drawing.visible(markup)


def test_what_no_platform_would_take_is_found():
    with pytest.raises(AssertionError):
        drawing.whole(Message(blocks=(Text(text="lang " * 20_000),)))
