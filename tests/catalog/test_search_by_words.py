"""A search for a text is exact where words and names answer it, whatever has happened."""

from __future__ import annotations

from random import Random
from typing import Any

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalogtool.catalog.search import lists, names, parts, phrases, question, window
from catalogtool.catalog.search.known import listing, state
from catalogtool.catalog.search.known.matches import Found
from catalogtool.catalog.search.known.memory import Memory
from catalogtool.catalog.words import find
from catalogtool.catalog.words.find import told_pieces
from catalogtool.catalog.words.index import index_texts
from tests.catalog.asking_words import (
    SOME_IDS,
    Process,
    Words,
    many_examples,
    new_process,
    some_text,
    texts_of,
)
from tests.catalog.conftest import Catalogue
from tests.catalog.texts import IDS, ask, fill, some_texts

HOLDS = "position(lower(%s) IN lower(title)) > 0"
# The filters for a text, as plain SQL.
ASKED = {
    "search": HOLDS,
    "artist": f"EXISTS (SELECT FROM unnest(artist) AS name (title) WHERE {HOLDS})",
    "label": HOLDS.replace("title", "label"),
}


def holding(url: str, asked: str, text: str, others: str = "true") -> list[int]:
    """The videos with this text, as PostgreSQL tells without any index."""
    statement = f"SELECT id FROM video WHERE {ASKED[asked]} AND {others} ORDER BY id"
    return [row[0] for row in ask(url, statement, text)]


titles = st.lists(
    st.none() | some_text.map("".join) | some_text.map("".join),
    min_size=len(SOME_IDS),
    max_size=len(SOME_IDS),
)


def compare(connection: psycopg.Connection[Any], words: Words, texts: list[str]) -> None:
    index_texts()
    process = new_process()
    for text in filter(None, dict.fromkeys(texts)):
        told, asked = words.told, f"SELECT id FROM video WHERE {HOLDS} ORDER BY id"
        expected = [row[0] for row in connection.execute(asked.encode(), [text])]
        assert process.find(search=text) == expected, text
        # All that words can tell, they did.
        assert words.told - told == (told_pieces(text) is not None), text


@many_examples
@given(data=st.data())
def test_words_answer_what_postgresql_finds_without_them(
    bare_videos: psycopg.Connection[Any], words: Words, data: st.DataObject
) -> None:
    some = data.draw(titles)
    texts = data.draw(st.lists(texts_of(some), min_size=1, max_size=8))
    bare_videos.execute(
        """UPDATE video SET title = new.title FROM unnest(%s::bigint[], %s::text[])
        AS new (id, title) WHERE new.id = video.id""",
        [SOME_IDS, some],
    )
    compare(bare_videos, words, texts)


@pytest.mark.parametrize(
    ("title", "texts"),
    [
        ("The midnight sun", ["night su", "MIDNIGHT", "midnights", "nightsun", "e m", "n", "sun "]),
        ("ab 愛の 夜に、c愛", ["愛", "の夜", "の 夜", "c愛", "b愛", "に、", " 愛", "愛の夜"]),
        ("夜に駆に夜", ["夜に駆", "に夜に", "駆に夜", "夜に夜", "駆夜"]),
        ("\u212aelvin İstanbul ΣΟΦΟΣ", ["kelvin", "\u212a", "İ", "is", "ıs", "σοφοσ", "σοφος"]),
        ("100% a_b c\\d x", ["0%", "%", "a_b", "axb", "_", "\\", "c\\d", "d\\", "\\d x", "0% a"]),
        ("한국 노래 \u1112\u1161\u11ab", ["한국", "국노", "국 노", "한", "\u1112\u1161", "\u1161"]),
        ("夜o bar, loo - b o.b Éo  B", ["o b", "o B", "O.b", "o  b", "o - b", "夜o b", "o, b"]),
        ("aİ b İ c xİ İ", ["İ b", "aİ b", "İ c", "xİ ", "x\u0130 \u0130", "i b", "ai b", " İ "]),
        ("夜İ 夜 🎧 you 🎧", ["夜İ", "🎧 you", "🎧 y", "夜 🎧", "🎧", "e 🎧", "u 🎧", "u\u3000🎧"]),
        ("ΟΔΟΣ Α Σ Αβ", ["Σ Α", "ς α", "σ α", "ΟΣ Α", "ος α", "σ αβ", "Σ"]),
        ("a....b a...b  -6 #7", ["a....b", "a...b", "-6", " -6", "#7", "b ", "6 #7", "6 #"]),
        ("🔥🔥 x👩\u200d🚀愛", ["🔥", "🔥🔥", "🔥🔥🔥", "\u200d🚀", "🚀愛", "x👩", "愛x"]),
    ],
)  # fmt: skip
def test_traps(
    bare_videos: psycopg.Connection[Any], words: Words, title: str, texts: list[str]
) -> None:
    bare_videos.execute("UPDATE video SET title = %s WHERE id %% 2 = 1", [title])
    bare_videos.execute("UPDATE video SET title = reverse(%s) WHERE id = 2", [title])
    compare(bare_videos, words, texts)


TEXTS = (
    "live", "LIVE", "e", "夜", "夜に", "夜に駆", "に夜", "る夜", "あり", "σοφος", "ΣΟΦΟΣ", "i", "İ",
    "k", "ve l", "e-l", "livel", "🎵", "🎵夜", "don't", "'t", "% l", "한국", "국 ", "s", "e e",
    "back\\s", "привет ", "ado", "ö", "% r", "c\\d", "o'n", "ΣΆκ", "ヒカ", "\\",
)  # fmt: skip
# What one transaction changes before it commits; the others leave these alone.
EARLY = IDS[::7]
LATER = sorted({*IDS} - {*EARLY})
# Only the candidates that pass the facets are looked at, whatever it takes.
CANDIDATES = [(phrases, "CHEAP_COST", -1e12), (question, "REUSED", 1e3)]
LIMITS: dict[str, list[tuple[Any, str, Any]]] = {
    "as they are": [],
    "lists are soon outdated": [(state, "MOST_CHANGED", 3)],
    "all numbers are marked": [(find, "FEW", 1)],
    "few pending": [(find, "MOST_PENDING", 9)],
    "few words": [(find, "MOST_WORDS", 2)],
    "few candidates": [(find, "MOST_CANDIDATES", 2)],
    "the candidates are kept": CANDIDATES,
    "hardly any is looked at": [(module, "MOST_UNSURE", 2) for module in (lists, question)],
    "few pending, few listed": [
        (find, "MOST_PENDING", 9),
        *((module, "MOST_LISTED", 5) for module in (listing, lists, question, window)),
    ],
}


def change(connection: psycopg.Connection[Any], chance: Random, among: list[int]) -> None:
    """Add, remove or edit some of these videos; not committed."""
    some, texts = chance.sample(among, chance.choice((1, 2, 9))), some_texts(chance)
    changes = dict(zip(("title", "artist", "label"), texts, strict=True))
    what = chance.choice(("insert", "delete", "again", *changes, *changes, "facets"))
    if what in {"delete", "again"}:
        connection.execute("DELETE FROM video WHERE id = ANY(%s)", [some])
    if what in {"insert", "again"}:
        connection.execute(
            "INSERT INTO video (id, video_id, title, artist, label)"
            " SELECT n, 'v' || n, %s, %s, %s"
            " FROM unnest(%s::bigint[]) AS n ON CONFLICT DO NOTHING",
            [*texts, some],
        )
    if what in changes:
        edit = f"UPDATE video SET {what} = %s WHERE id = ANY(%s)"
        connection.execute(edit.encode(), [changes[what], some])
    if what == "facets":
        connection.execute("UPDATE video SET hidden = NOT hidden WHERE id = ANY(%s)", [some])


def step(url: str, chance: Random, early: psycopg.Connection[Any]) -> None:
    """Something that happens between two searches, or within one."""
    what = chance.choice(("change", "change", "index", "early", "early", "commit", "rollback"))
    if what == "early":
        change(early, chance, EARLY)
    elif what == "commit":
        early.commit()
    elif what == "rollback":
        early.rollback()
    elif what == "index":
        index_texts()
    else:
        with psycopg.connect(url) as connection:
            for _ in range(chance.randint(1, 3)):
                change(connection, chance, LATER)


@pytest.mark.parametrize("limits", LIMITS)
def test_nothing_that_happens_is_missed(
    database: str, monkeypatch: pytest.MonkeyPatch, words: Words, limits: str
) -> None:
    """Texts change before, while and after they are indexed, and while somebody searches."""
    chance = Random(limits)
    for module, name, value in LIMITS[limits]:
        monkeypatch.setattr(module, name, value)
    fill(database)
    remembering = new_process()
    with psycopg.connect(database) as early:
        for _ in range(25):
            for _ in range(chance.randint(0, 3)):
                step(database, chance, early)
            words.before = lambda: step(database, chance, early)
            words.after = lambda: step(database, chance, early)
            # What this finds may be of any moment, but not what is remembered of it.
            remembering.ask(**{chance.choice([*ASKED]): chance.choice(TEXTS)}, sort="title:desc")
            words.before = words.after = None
            fresh = new_process()
            for asked in ("search", "search", *chance.choices([*ASKED], k=3)):
                text = chance.choice(TEXTS)
                expected = holding(database, asked, text)
                assert remembering.find(**{asked: text}, hidden="all") == expected, text
                shown = holding(database, asked, text, "NOT hidden")
                assert remembering.find(**{asked: text}) == shown, text
                assert fresh.find(**{asked: text}, hidden="all") == expected, text
    assert words.told > 9
    assert (words.asked > words.told) == limits.startswith("few")


SHOWN = """NOT hidden AND NOT EXISTS (SELECT FROM channel
    WHERE channel.hidden AND name = channel_display_name)"""
# Each filter as a parameter, and as plain SQL.
OTHERS: tuple[tuple[str, str, str], ...] = (
    ("hidden", "all", "true"),
    ("hidden", "yes", f"NOT ({SHOWN})"),
    ("policy", "block", "effective_policy = 'Block worldwide'"),
    ("is_short", "no", "is_short = false"),
    ("administered", "no", "NOT administered"),
    ("has_asset_id", "yes", "asset_id <> ''"),
    ("duration", "medium", "video_length BETWEEN 240 AND 1200"),
    ("date_from", "2024-02-29", "time_published >= '2024-02-29 00:00Z'"),
    ("date_to", "2024-02-29", "time_published < '2024-03-01 00:00Z'"),
    ("channel", "Alpha", "channel_display_name = 'Alpha'"),
    ("channel_search", "alpha", "channel_display_name ILIKE '%%alpha%%'"),
    ("artist", "ado", "EXISTS (SELECT FROM unnest(artist) AS one WHERE one ILIKE '%%ado%%')"),
    ("artist", "田", "EXISTS (SELECT FROM unnest(artist) AS one WHERE one LIKE '%%田%%')"),
    ("label", "sub", "label ILIKE '%%sub%%'"),
    ("missing", "views",
     "EXISTS (SELECT FROM video_counter WHERE video_pk = video.id AND views IS NULL)"),
    ("missing", "asset_id", "coalesce(asset_id, '') = ''"),
)  # fmt: skip


WAYS = ("as it is", "facets first", "candidates first", "many names", "many hidden videos")


@pytest.fixture(params=WAYS)
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """What else the answer is put together from."""
    if request.param == "facets first":
        monkeypatch.setattr(lists.Lists, "cost_of_facets", lambda _: -1e10)
    if request.param == "candidates first":
        for module, name, value in CANDIDATES:
            monkeypatch.setattr(module, name, value)
    if request.param == "many names":
        monkeypatch.setattr(names, "MOST_NAMES", 0)
    if request.param == "many hidden videos":
        monkeypatch.setattr(parts, "MOST_HIDDEN", 0)
    return str(request.param)


@many_examples
@given(
    others=st.lists(st.sampled_from(OTHERS), max_size=3, unique_by=lambda other: other[0]),
    data=st.data(),
)
def test_other_filters_beside_the_text(
    catalogue: Catalogue,
    words: Words,
    way: str,
    others: list[tuple[str, str, str]],
    data: st.DataObject,
) -> None:
    known = [video["title"] for video in catalogue.model.videos.values()]
    text = data.draw(texts_of(known[:40]).filter(bool))
    asked = {name: value for name, value, _ in others}
    conditions = [HOLDS, *(condition for *_, condition in others)]
    if "hidden" not in asked:
        conditions.append(SHOWN)
    statement = f"SELECT id FROM video WHERE {' AND '.join(conditions)} ORDER BY id"
    expected = [row[0] for row in ask(catalogue.url, statement, text)]
    told = words.told
    assert Process(catalogue.engine).find(search=text, **asked) == expected
    if expected and told_pieces(text) is not None:
        assert words.told == told + 1 + len({"artist", "label"} & {*asked})


@pytest.mark.parametrize(
    "asked", [{"channel": "Alpha"}, {"artist": "ado"}, {"date_from": "2024-01-01"}]
)
def test_a_list_that_is_dropped_meanwhile_is_made_anew(
    catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch, asked: dict[str, str]
) -> None:
    process = Process(catalogue.engine)
    expected = process.find(**asked)
    listed = Memory.listed

    def drop_and_list(memory: Memory, *given: Any) -> Found:
        memory.shelf.clear()
        return listed(memory, *given)

    with monkeypatch.context() as patch:
        patch.setattr(Memory, "listed", drop_and_list)
        assert process.find(**asked) == expected
    assert process.find(**asked) == expected
