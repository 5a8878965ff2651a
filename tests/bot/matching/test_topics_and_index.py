"""Topics by any name, and people found by the words they used; nonsense finds nobody."""

import pytest

from adapters.commands.evaluation import quality
from bot.matching.index import Document, Index
from bot.matching.topics import Topic, TopicTable
from storage.register import topics


@pytest.fixture(scope="module")
def table():
    return TopicTable(topics())


@pytest.mark.parametrize(
    ("said", "topic", "because"),
    [
        ("E-Akte", "eakte", "exact"),
        ("e akte", "eakte", "exact"),
        ("elektronische Akte", "eakte", "synonym"),
        ("elektronischen Akten", "eakte", "stem"),
        ("Projektmanagment", "projektmanagement", "typo"),
        ("DMS", "dms", "synonym"),
        ("information security", "it-sicherheit", None),
        ("electronic records", "eakte", "exact"),
    ],
)
def test_a_topic_by_any_of_its_names(table, said, topic, because):
    resolved = table.resolve(said)
    if because is None:
        assert resolved is None or resolved.topic.id == topic
        return
    assert resolved is not None
    assert (resolved.topic.id, resolved.because) == (topic, because)
    assert table.knows(said) is resolved.exact


USUAL = {  # abbreviations of German town halls
    "energie-klima": "PV BHKW KWP", "personal": "BGM BEM TVöD DGUV HR", "ozg": "OZG", "dms": "DMS ECM", "bim": "BIM",
    "ki": "KI AI", "it-sicherheit": "ISB BSI ISMS NIS2 KRITIS SIEM", "breitband": "WLAN FTTH", "mobilitaet": "ÖPNV SPNV",
    "eakte": "EAkte", "geodaten": "GIS GDI ALKIS WMS", "standesamt": "SBGG", "soziales": "BTHG KdU BAföG WBS",
    "jugend": "HzE OGS UVG", "auslaender": "AZR AsylbLG", "bauleitplanung": "FNP TÖB ISEK", "bauen": "LBO HOAI",
    "umwelt": "UVP", "bevoelkerungsschutz": "BOS ILS KatS", "gesundheit": "ÖGD IfSG", "finanzen": "NKF HKR KLR IKS GoBD ERP",
    "epayment": "SEPA", "vergabe": "VgV UVgO VOB GWB", "foerdermittel": "EFRE", "datenschutz": "DSGVO DSFA AVV SDM",
    "recht": "VwVfG IFG HinSchG", "it-betrieb": "EDV IuK VPN", "fortbildung": "LMS", "prozessmanagement": "BPM GPO KVP",
    "dashboard": "BI DWH", "gebaeude": "CAFM TGA", "ordnung": "OWi KOD StVO", "kultur": "VHS", "rat": "RIS", "website": "CMS",
}  # fmt: skip


@pytest.mark.parametrize(("topic", "said"), [(topic, one) for topic, all_ in USUAL.items() for one in all_.split()])
def test_a_topic_by_its_usual_abbreviation(table, topic, said):
    for written in (said, said.lower()):
        resolved = table.resolve(written)
        assert resolved is not None
        assert resolved.topic.id == topic


@pytest.mark.parametrize("said", ["Kiste", "Pvc", "but", "eat", "Lob", "Bemühung", "kritisch", "Oststadt"])
def test_an_abbreviation_is_not_found_within_other_words(table, said):
    assert table.resolve(said) is None


def test_what_a_label_explains_in_brackets_can_be_left_out(table):
    assert table.resolve("Datenschutz").topic.id == "datenschutz"
    assert table.resolve("Geoinformation").topic.id == "geodaten"


@pytest.mark.parametrize(
    ("said", "topic"), [("eigenes GIS", "geodaten"), ("neue E-Akte", "eakte"), ("gutes DMS", "dms")]
)
def test_what_a_topic_is_like_makes_no_other_topic_of_it(table, said, topic):
    assert table.resolve(said).topic.id == topic


def test_words_with_which_no_topic_begins_are_told_apart(table):
    said = "Welche Stadt gab elektronischen Akten den Vorzug".split()
    assert [word for word in said if table.begins(word)] == ["Stadt", "elektronischen", "Akten", "den"]


@pytest.mark.parametrize("said", ["Planung im Grünen", "xyz", "", "Hund"])
def test_what_is_no_topic_is_not_made_one(table, said):
    assert table.resolve(said) is None


def test_near_topics_begin_with_the_broader_one(table):
    efa = table.resolve("EfA").topic
    assert table.near(efa)[0].id == "ozg"


AKTE = Topic(id="eakte", label_de="E-Akte", label_en="Electronic records", synonyms=("elektronische Akte",))
PEOPLE = [
    Document(id="p_a", topics=("eakte",), title="Projektleitung", text="Einführung der E-Akte"),
    Document(id="p_b", topics=("bauen",), title="Bauamt", text="digitale Baugenehmigungsverfahren"),
    Document(id="p_c", title="Hauptamt", text="Parkraumbewirtschaftung und Bewohnerparken"),
]


def ids(hits):
    return [hit.id for hit in hits]


def test_declared_topics_come_first_and_compounds_are_found_by_their_parts():
    index = Index.build(PEOPLE)
    assert ids(index.search("E-Akte", AKTE)) == ["p_a"]
    assert ids(index.search("Baugenehmigung")) == ["p_b"]
    assert ids(index.search("Bewohnerparkausweis"))[0] == "p_c"


def test_a_single_letter_in_common_is_nothing_in_common():
    """Where many have to do with records, the "E" would weigh more than the rest."""
    plans = [Document(id=f"p_{n}", title="Aktenplan", text="Akten in Kellern") for n in range(3)]
    government = Document(id="p_d", title="E-Government", text="E-Rechnung")
    found = ids(Index.build([*PEOPLE, *plans, government]).search("E-Akte"))
    assert found[0] == "p_a"
    assert "p_d" not in found


def test_nonsense_finds_nobody():
    assert Index.build(PEOPLE).search("quarzgletscher") == []


def test_a_change_is_taken_in_at_once_and_leaves_nothing_behind():
    index = Index.build(PEOPLE)
    index.put(Document(id="p_b", title="Bauamt", text="Wasserzähler"))
    assert ids(index.search("Baugenehmigung")) == []
    assert ids(index.search("Wasserzähler")) == ["p_b"]
    index.remove("p_b")
    assert ids(index.search("Wasserzähler")) == []
    index.remove("p_b")


def test_changing_piece_by_piece_equals_building_anew():
    grown = Index()
    for document in [*PEOPLE, PEOPLE[0]]:
        grown.put(document)
    built = Index.build(PEOPLE)
    for query in ("E-Akte", "Bauamt", "Parken", "Leitung"):
        assert grown.search(query, AKTE) == built.search(query, AKTE)


def test_what_so_many_have_that_it_is_put_together_in_advance_is_found_the_same():
    crowd = [
        Document(id=f"p{n:04}", text=f"Parkplatz {n % 7} Bewohnerparken {'Parkhaus ' * (n % 3)}") for n in range(2_200)
    ]
    grown = Index()
    for document in crowd:
        grown.put(document)
    built = Index.build([*crowd[:-1], Document(id=crowd[-1].id, text="Wasserzähler")])
    built.put(crowd[-1])
    for query in ("Parkplatz 3", "Parkhaus", "Bewohnerparkne", "Wasserzähler"):
        assert built.search(query) == grown.search(query)


def test_who_calls_a_topic_by_another_name_is_found_for_as_long_as_they_do():
    index = Index.build(PEOPLE)
    assert ids(index.search("E-Akte", AKTE)) == ["p_a"]
    index.put(Document(id="p_d", text="Electronic records"))
    assert ids(index.search("E-Akte", AKTE)) == ["p_a", "p_d"]
    index.put(Document(id="p_d", text="Wasserzähler"))
    assert ids(index.search("E-Akte", AKTE)) == ["p_a"]


def test_who_is_found_by_a_topics_own_name_is_remembered_for_as_long_as_it_is_true():
    index = Index.build(PEOPLE)
    assert ids(index.called(AKTE)) == ["p_a"]
    index.put(Document(id="p_d", topics=("eakte",), text="Posteingang"))
    assert (ids(index.called(AKTE)), index.declaring(AKTE)) == (["p_a", "p_d"], {"p_a", "p_d"})
    index.remove("p_a")
    assert (ids(index.called(AKTE)), index.declaring(AKTE)) == (["p_d"], {"p_d"})


def test_a_misspelt_word_is_taken_for_the_one_in_use():
    index = Index.build(PEOPLE)
    assert ids(index.search("Baugenehmigugn")) == ["p_b"]
    assert ids(index.search("Bewohnerpaken")) == ["p_c"]
    index.put(Document(id="p_d", text="Bewohnerpaken"))  # somebody does write it so
    assert ids(index.search("Bewohnerpaken"))[0] == "p_d"


def test_two_words_that_others_write_as_one_are_found_as_one():
    index = Index.build([*PEOPLE, Document(id="p_d", text="Antrag auf Parkplätze")])
    assert ids(index.search("Bewohner Parken"))[0] == "p_c"
    assert ids(index.search("Antrag Parkplätze")) == ["p_d"]  # nobody writes these as one


def test_a_short_word_counts_beside_long_ones():
    more = [Document(id="p_d", text="Neubau einer Kita"), Document(id="p_e", text="Digitalstrategie, digitale Bildung")]
    assert ids(Index.build([*PEOPLE, *more]).search("Digitalisierung der Kita")) == ["p_d"]


def test_who_uses_another_name_of_the_topic_is_found_after_those_who_declared_it():
    index = Index.build([*PEOPLE, Document(id="p_0", text="Hier gibt es die elektronische Akte.")])
    assert ids(index.search("E-Akte", AKTE)) == ["p_a", "p_0"]


def test_an_order_may_be_judged_beyond_those_who_would_be_shown():
    index = Index.build([*PEOPLE, Document(id="p_d", text="Parkplatz")])
    shown = ids(index.search("Parkraumbewirtschaftung"))
    assert shown == ["p_c"]
    assert ids(index.search("Parkraumbewirtschaftung", floor=0.01))[0] == "p_c"
    assert "p_d" in ids(index.search("Parkraumbewirtschaftung", floor=0.01))


def test_dead_slots_are_freed_by_a_new_build():
    index = Index.build(PEOPLE)
    for _ in range(3):
        index.put(PEOPLE[0])
    assert (len(index), index.dead) == (3, 3)
    anew = Index.build(index.documents)
    assert (len(anew), anew.dead) == (3, 0)
    assert anew.search("E-Akte", AKTE) == index.search("E-Akte", AKTE)


def test_english_questions_find_those_who_wrote_in_german(table):
    """For each shipped topic one who declared it, one who wrote its German name, one who wrote another name of it."""
    documents = []
    for topic in table.all.values():
        other = next((name for name in topic.synonyms if not name.isascii() or len(name) > 6), topic.label_de)
        documents += [
            Document(id=f"{topic.id}:declared", topics=(topic.id,), text="Seit drei Jahren dabei"),
            Document(id=f"{topic.id}:named", text=f"Wir haben im Haus einiges erprobt: {topic.label_de}."),
            Document(id=f"{topic.id}:other", text=f"Zuständig für {other} und Organisation."),
        ]
    index = Index.build(documents)

    def ranked(topic):
        resolved = table.resolve(topic.label_en)
        hits = index.search(topic.label_en, resolved.topic if resolved else None, limit=10)
        return ids(hits), {f"{topic.id}:{how}": 1 for how in ("declared", "named", "other")}

    assert quality(ranked(topic) for topic in table.all.values()).ndcg >= 0.80
