"""Search: quality on the development set, and speed with many people, beside engines one could have taken instead.

    .venv/bin/python bench/matching.py [PEOPLE …]

Peers in the same run, on the same documents and questions: SQLite FTS5 (words, and trigrams), PostgreSQL's german
configuration, tantivy with its German stemmer, bm25s on Snowball stems. Without the development set only speed is
measured.
"""

import asyncio
import random
import re
import resource
import sqlite3
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median, quantiles

sys.path.insert(0, str(Path(__file__).parents[1]))

import bm25s
import Stemmer
import tantivy

from adapters.commands.evaluation import quality
from adapters.commands.labelled import judgements, objects
from bench.delivery import postgresql
from bench.picture import draw
from bot.matching.index import TAIL, Document, Index
from storage.register import topics

DEV = Path(__file__).parents[2] / "shared" / "data" / "search"
QUESTIONS = 200
SIZES = [1_000, 10_000, 100_000]  # people
Search = Callable[[str], Sequence[str]]
Texts = dict[str, str]


def lotse(texts: Texts) -> tuple[Search, Index]:
    index = Index.build(Document(id=key, text=text) for key, text in texts.items())
    return lambda asked: [hit.id for hit in index.search(asked, floor=TAIL, limit=10)], index


def fts5(texts: Texts, tokenizer: str) -> Search:
    base = sqlite3.connect(":memory:")
    base.execute(f"CREATE VIRTUAL TABLE people USING fts5(key UNINDEXED, text, tokenize='{tokenizer}')")
    base.executemany("INSERT INTO people VALUES (?, ?)", texts.items())
    size = 3 if tokenizer == "trigram" else 1

    def search(asked: str) -> Sequence[str]:
        words = re.findall(r"\w+", asked)
        parts = [word[i : i + 3] for word in words for i in range(len(word) - 2)] if size == 3 else words
        if not parts:
            return []
        match = " OR ".join(f'"{part}"' for part in dict.fromkeys(parts))
        found = base.execute("SELECT key FROM people WHERE people MATCH ? ORDER BY rank LIMIT 10", (match,))
        return [key for (key,) in found]

    return search


def snowball(texts: Texts) -> Search:
    stemmer = Stemmer.Stemmer("german")
    keys = list(texts)
    engine = bm25s.BM25()
    engine.index(bm25s.tokenize(list(texts.values()), stemmer=stemmer, show_progress=False), show_progress=False)

    def search(asked: str) -> Sequence[str]:
        tokens = bm25s.tokenize(asked, stemmer=stemmer, show_progress=False)
        if not tokens.vocab:
            return []
        found, scores = engine.retrieve(tokens, k=min(10, len(keys)), show_progress=False)
        return [keys[number] for number, score in zip(found[0], scores[0], strict=True) if score > 0]

    return search


def german_tantivy(texts: Texts) -> Search:
    schema = tantivy.SchemaBuilder()
    schema.add_text_field("key", stored=True, tokenizer_name="raw")
    schema.add_text_field("text", tokenizer_name="german")
    index = tantivy.Index(schema.build())
    analyzer = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
    index.register_tokenizer(
        "german", analyzer.filter(tantivy.Filter.lowercase()).filter(tantivy.Filter.stemmer("german")).build()
    )
    writer = index.writer(heap_size=100_000_000, num_threads=1)
    for key, text in texts.items():
        writer.add_document(tantivy.Document(key=key, text=text))
    writer.commit()
    writer.wait_merging_threads()
    index.reload()
    searcher = index.searcher()

    def search(asked: str) -> Sequence[str]:
        query, _ = index.parse_query_lenient(" ".join(re.findall(r"\w+", asked)), ["text"])
        return [searcher.doc(address)["key"][0] for _, address in searcher.search(query, 10).hits]

    return search


async def german_postgresql(
    url: str, texts: Texts, asked: Sequence[str]
) -> tuple[list[Sequence[str]], list[float], float]:
    """Answers, seconds for each, seconds to load."""
    import asyncpg  # noqa: PLC0415

    base = await asyncpg.connect(url)
    started = time.perf_counter()
    await base.execute("DROP TABLE IF EXISTS found_people; CREATE TABLE found_people (key text, words tsvector)")
    await base.executemany("INSERT INTO found_people VALUES ($1, to_tsvector('german', $2))", list(texts.items()))
    await base.execute("CREATE INDEX ON found_people USING gin (words); ANALYZE found_people")
    loaded = time.perf_counter() - started
    answers, times = [], []
    statement = await base.prepare(
        "SELECT key FROM found_people, to_tsquery('german', $1) q WHERE words @@ q ORDER BY ts_rank(words, q) DESC, key LIMIT 10"
    )
    for one in asked:
        query = " | ".join(re.findall(r"\w+", one))
        started = time.perf_counter()
        answers.append([row["key"] for row in await statement.fetch(query)] if query else [])
        times.append(time.perf_counter() - started)
    await base.close()
    return answers, times, loaded


def people(n: int) -> Texts:
    """Invented descriptions in the words of the topic table, some glued together as German does."""
    dice = random.Random(7)
    parts = [
        word for topic in topics() for name in (topic.label_de, *topic.synonyms) for word in re.findall(r"\w+", name)
    ]
    made: Texts = {}
    for number in range(n):
        words = [dice.choice(parts) for _ in range(14)]
        words += [dice.choice(parts) + dice.choice(parts).lower() for _ in range(3)]
        made[f"p{number:06}"] = " ".join(words)
    return made


def questions() -> list[str]:
    """Names of topics, each fifth with a slip."""
    dice = random.Random(11)
    asked = [name for topic in topics() for name in (topic.label_de, *topic.synonyms[:2])]
    dice.shuffle(asked)
    slipped = []
    for number, one in enumerate(asked[:QUESTIONS]):
        at = dice.randrange(1, max(2, len(one) - 1))
        slipped.append(one[:at] + one[at + 1 :] if number % 5 == 0 else one)
    return slipped


def timed(search: Search, asked: Sequence[str]) -> list[float]:
    times = []
    for one in asked:
        started = time.perf_counter()
        search(one)
        times.append(time.perf_counter() - started)
    return times


def row(what: str, built: float, times: Sequence[float]) -> str:
    p95 = quantiles(times, n=20)[-1]
    return f"| {what} | {built:.1f} | {median(times) * 1000:.2f} | {p95 * 1000:.2f} |"


ENGINES: dict[str, Callable[[Texts], Search]] = {
    "SQLite FTS5, words": lambda texts: fts5(texts, "unicode61"),
    "SQLite FTS5, trigrams": lambda texts: fts5(texts, "trigram"),
    "tantivy, German stemmer": german_tantivy,
    "bm25s, Snowball": snowball,
}


async def longest_stall(texts: Texts, *, aside: bool) -> float:
    """The longest time in seconds for which the loop stood still while the index was built."""
    documents = [Document(id=key, text=text) for key, text in texts.items()]
    longest, done = 0.0, asyncio.Event()

    async def beat() -> None:
        nonlocal longest
        last = time.perf_counter()
        while not done.is_set():
            await asyncio.sleep(0.001)
            now = time.perf_counter()
            longest, last = max(longest, now - last), now

    beating = asyncio.create_task(beat())
    await asyncio.sleep(0.05)
    if aside:
        await asyncio.to_thread(Index.build, documents)
    else:
        Index.build(documents)
    await asyncio.sleep(0)
    done.set()
    await beating
    return longest


def speed(n: int, url: str) -> dict[str, float]:
    """The p95 in ms of each engine."""
    p95: dict[str, float] = {}

    def noted(what: str, built: float, times: Sequence[float]) -> str:
        p95[what.strip("*").partition("**")[0]] = quantiles(times, n=20)[-1] * 1000
        return row(what, built, times)

    texts, asked = people(n), questions()
    print(f"\n### {n:,} people\n\n| engine | build s | p50 ms | p95 ms |\n|---|---|---|---|", flush=True)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    started = time.perf_counter()
    search, index = lotse(texts)
    built = time.perf_counter() - started
    print(noted("**Lotse**, each question for the first time", built, timed(search, asked)))
    print(noted("**Lotse**, afterwards", built, timed(search, asked)), flush=True)
    memory = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) >> 10
    for name, build in ENGINES.items():
        started = time.perf_counter()
        search = build(texts)
        built = time.perf_counter() - started
        some = asked if n <= 10_000 or "trigram" not in name else asked[:40]
        print(noted(name, built, timed(search, some)), flush=True)
    _, times, loaded = asyncio.run(german_postgresql(url, texts, asked))
    print(noted("PostgreSQL german", loaded, times))
    started = time.perf_counter()
    index.put(Document(id="p000000", text="Quarzgletscher"))
    taken_in = time.perf_counter() - started
    assert [hit.id for hit in index.search("Quarzgletscher")] == ["p000000"]
    print(f"\nA change is taken in within {taken_in * 1000:.1f} ms; Lotse's index takes about {memory} MB.", flush=True)
    on_loop, beside = (asyncio.run(longest_stall(texts, aside=aside)) for aside in (False, True))
    print(
        f"While it is built the loop stands still for {beside * 1000:.0f} ms at most; on the loop itself {on_loop * 1000:.0f}."
    )
    return p95


def judged(url: str) -> dict[str, tuple[float, float]]:
    """nDCG@10 as written, and with one slip."""
    judged: dict[str, tuple[float, float]] = {}
    if not DEV.is_dir():
        print("the development set isn't here: no quality")
        return {}
    texts = {
        one["id"]: f"{one['title']} {one['title']} {one['title']} {one['text']}"
        for one in objects(DEV / "corpus.jsonl")
    }
    right = judgements(DEV / "qrels.tsv")
    queries = [one for one in objects(DEV / "queries.jsonl") if one["id"] in right]
    print("| engine | nDCG@10 | with a slip |\n|---|---|---|")
    engines = {"**Lotse**": lambda texts: lotse(texts)[0], **ENGINES}
    for name, build in engines.items():
        search = build(texts)
        found = [
            quality((search(one[writing]), right[one["id"]]) for one in queries).ndcg for writing in ("text", "typo")
        ]
        judged[name.strip("*")] = (found[0], found[1])
        print(f"| {name} | {found[0]:.3f} | {found[1]:.3f} |", flush=True)
    found = []
    for writing in ("text", "typo"):
        answers, _, _ = asyncio.run(german_postgresql(url, texts, [one[writing] for one in queries]))
        found.append(quality(zip(answers, (right[one["id"]] for one in queries), strict=True)).ndcg)
    judged["PostgreSQL german"] = (found[0], found[1])
    print(f"| PostgreSQL german | {found[0]:.3f} | {found[1]:.3f} |", flush=True)
    return judged


if __name__ == "__main__":
    with postgresql() as server:
        url = server.get_uri()
        quality_of = judged(url)
        sizes = [int(word) for word in sys.argv[1:]] or SIZES
        for n in sizes:
            p95 = speed(n, url)
        if quality_of and n == SIZES[-1]:  # the picture shows the largest network
            draw(
                Path(__file__).with_name("matching.svg"),
                f"Search: quality, and speed with {n:,} people",
                {name: (p95[name], *found) for name, found in quality_of.items()},
            )
