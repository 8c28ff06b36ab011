"""What a text that is looked for asks of the tokens of a title."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from catalogtool.catalog.words.pieces import Kind, Piece, pieces_of
from catalogtool.catalog.words.tokens import is_joint, is_wide, tokens_of

LETTERS = "ab1 -.é愛の가🔥"
TITLES = st.text(LETTERS, max_size=12)
TEXTS = st.text(LETTERS, min_size=1, max_size=5)
MEETS: dict[Kind, Callable[[str, str], bool]] = {
    Kind.WHOLE: str.__eq__,
    Kind.BEGINNING: str.startswith,
    Kind.END: str.endswith,
    Kind.PART: str.__contains__,
    Kind.JOINT_END: lambda token, text: is_joint(token) and text in {token, token[1:]},
    Kind.PAIR_END: lambda token, text: is_wide(token[0]) and token[1:] == text[0],
    Kind.ANY_END: lambda token, text: (
        MEETS[Kind.JOINT_END](token, text) or MEETS[Kind.PAIR_END](token, text)
    ),
}


def meets(title: str, piece: Piece) -> bool:
    return any(MEETS[piece.kind](token, piece.text) for token in tokens_of(title))


@given(title=TITLES, text=TEXTS)
@example(title="a愛", text="a愛")
@example(title="愛 の", text="愛の")
@example(title="ab1é", text="b1")
@example(title="b a-. b", text="a-. b")
@example(title="aa-. b", text="a-. b")
@example(title="愛a b", text="a b")
@example(title="愛a b の1a b", text="a b")
@example(title="aab b", text="ab b")
@example(title="a. .. b", text="a. .. b")
@example(title="a 愛", text="a 愛")
@example(title="aa ", text="a ")
@example(title="aa bb", text="a bb")
def test_pieces_that_are_enough_tell_exactly_which_titles_hold_the_text(
    title: str, text: str
) -> None:
    asked = pieces_of(text)
    if asked is not None and asked.enough:
        sure = all(meets(title, piece) for piece in asked.pieces)
        if asked.doubt is None or not meets(title, asked.doubt):
            assert sure == (text in title)
        elif sure:
            assert text in title


@given(before=TITLES, text=TEXTS, after=TITLES)
@example(before="b", text="ab aé a", after="b")
@example(before="", text="愛の가", after="")
@example(before="", text="愛 の", after="")
@example(before="b", text="a ab.-b a", after="b")
@example(before=" ", text="1 1 1b", after="")
@example(before="愛", text="a b愛", after="")
@example(before="愛", text="a愛 b", after="")
@example(before="", text="a ba", after="")
def test_every_title_with_the_text_meets_all_pieces(before: str, text: str, after: str) -> None:
    asked = pieces_of(text)
    title = before + text + after
    if asked is not None and not (asked.doubt and meets(title, asked.doubt)):
        assert all(meets(title, piece) for piece in asked.pieces), asked


def test_the_pieces_that_fewest_titles_have_are_asked() -> None:
    asked = pieces_of("of a midnight sun by the riv")
    assert asked is not None
    assert asked.pieces[:3] == (
        Piece(Kind.WHOLE, "midnight"),
        Piece(Kind.WHOLE, "a m"),
        Piece(Kind.WHOLE, "by t"),
    )
    titles = {"sun": 1, "he r": 2}
    rarest = asked.rarest(lambda piece: titles.get(piece.text, 3))
    assert rarest.pieces == (Piece(Kind.WHOLE, "sun"), Piece(Kind.WHOLE, "he r"))
    assert not rarest.enough


def test_a_piece_that_hardly_helps_is_not_asked() -> None:
    asked = pieces_of("🎧 -- you")
    assert asked is not None
    assert asked.pieces == (Piece(Kind.BEGINNING, "you"), Piece(Kind.END, "🎧"))
    titles = {"🎧": 20.0, "you": 2_000.0}
    assert asked.rarest(lambda piece: titles[piece.text]).pieces == asked.pieces[::-1]
    titles["you"] += 1
    assert asked.rarest(lambda piece: titles[piece.text]).pieces == asked.pieces[1:]


def test_texts_without_pieces() -> None:
    assert pieces_of("") is None
    assert pieces_of("... ") is None


@pytest.mark.parametrize(
    ("piece", "likely"),
    [
        (Piece(Kind.WHOLE, "of"), " of "),
        (Piece(Kind.BEGINNING, "6"), " 6"),
        (Piece(Kind.END, "of"), "of "),
        (Piece(Kind.END, "🎧"), "🎧"),
        (Piece(Kind.WHOLE, "of l"), "of l"),
        (Piece(Kind.WHOLE, "a l"), " a l"),
        (Piece(Kind.ANY_END, "a l"), "a l"),
        (Piece(Kind.WHOLE, "夜"), "夜"),
        (Piece(Kind.WHOLE, "day"), "day"),
    ],
)
def test_what_tells_how_many_titles_have_a_piece(piece: Piece, likely: str) -> None:
    assert piece.likely == likely
