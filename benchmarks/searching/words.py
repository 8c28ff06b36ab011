"""Words, names and titles' vocabulary in several scripts; the same for the same seed.

Trigram indexes and short searches depend on how letters and words are spread, so the words are
spread as in a real catalogue: a few common ones, a long tail, and scripts without spaces.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

SLOTS = 32_768
LATIN_WORDS = 6_000
OTHER_WORDS = 2_500


COMMON = (
    "the of love a official video in and live night my to you on me for with feat heart "
    "world music dance summer lyrics remix is light day home time fire full river from blue "
    "dream city full best at new how we it episode golden moon rain sun wild acoustic down "
    "up one part all no never again big little baby way cover session audio story road sky "
    "winter spring song star girl boy king queen house deep free run high low young old "
    "gold silver black white red green ocean mountain island morning midnight sunday friday "
    "game play guitar piano beat soul funk jazz rock pop metal folk trap disco techno mix "
    "show review top funny first last trailer interview tutorial vlog travel food football "
    "highlights season behind scenes making film hd concert festival tour radio edit "
    "version extended instrumental original theme children kids"
)
EMOJI = "🔥 🎵 ❤️ 😂 🎬 ✨ 💔 🎧 👑 🌊 🚀 😭 💃 🎸 🌙 ⚽ 🇧🇷 👩‍👩‍👧‍👦 🥁 🎤"
LATIN_SYLLABLES = (
    "a be ca da el fi go ha in jo ka lu ma ne or pa qui ro sa ti un ve wo xe ya zo bra cle "
    "dri fla gre ist kno lan mer nor pli ren sto tra ush vel win ber ford ing ley man ton "
    "son ville ard est ight ough ain ell ock und ash ome ive ure tion ous ful ness let dle "
    "ock rag mp nt st rd"
)
CYRILLIC_SYLLABLES = "ва ко ри ле та ми со ве да ню фе га ло пи ша те не мо жи зу бор град ский"
ARABIC_SYLLABLES = "با نو سا ري مل دي كا هو تم لي فا زي را شو عم قي حب صل طر غن"
KOREAN = "가나다라마바사아자차카타파하민서지수현우은진영태솔강산별달꽃봄눈비길꿈밤말손발노래사랑"
KANA = (
    "あいうえおかきくけこさしすせそたちつてとなにぬねのはひふへほまみむめもやゆよらりるれろわをん"
)
KATAKANA = (
    "アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワン"
)


@dataclass(frozen=True)
class Script:
    """A list of words, the most common first; `joint` stands between them, `share` of titles."""

    name: str
    share: float
    joint: str
    words: Sequence[str]


def scripts(seed: int) -> list[Script]:
    """A fifth of the titles is not in Latin letters, half of those in a script without spaces."""
    chance = random.Random(f"words {seed}")
    emoji = [*EMOJI.split(), *COMMON.split()]
    chance.shuffle(emoji)
    return [
        Script("latin", 0.80, " ", latin(chance)),
        Script("chinese", 0.06, "", _letters(chance, [chr(c) for c in range(0x4E00, 0x55D0)])),
        Script("japanese", 0.04, "", _letters(chance, [*KANA, *KATAKANA, *"夜空海花愛夢月雨東京"])),
        Script("korean", 0.02, " ", _made(chance, list(KOREAN), OTHER_WORDS)),
        Script("arabic", 0.03, " ", _made(chance, ARABIC_SYLLABLES.split(), OTHER_WORDS)),
        Script("cyrillic", 0.03, " ", _made(chance, CYRILLIC_SYLLABLES.split(), OTHER_WORDS)),
        Script("emoji", 0.02, " ", emoji),
    ]


def latin(chance: random.Random) -> list[str]:
    """Common words first, then made-up ones; a third begins with a capital."""
    words = list(
        dict.fromkeys([*COMMON.split(), *_made(chance, LATIN_SYLLABLES.split(), LATIN_WORDS)])
    )
    return [word.capitalize() if chance.random() < 0.35 else word for word in words]


def by_zipf(words: Sequence[str], slots: int = SLOTS) -> list[str]:
    """`slots` words, each as often as its rank says: the n-th 1/n as often as the first."""
    total = list(accumulate(1 / (rank + 1) for rank in range(len(words))))
    found, rank = [], 0
    for slot in range(slots):
        while total[rank] / total[-1] < (slot + 0.5) / slots:
            rank += 1
        found.append(words[rank])
    return found


def names(seed: int, what: str, count: int, suffixes: Sequence[str] = ("",)) -> list[str]:
    """So many different names of two words, a tenth in other scripts."""
    chance = random.Random(f"{what} {seed}")
    lists = [script.words for script in scripts(seed)[:6]]
    found: dict[str, None] = {}
    while len(found) < count:
        words = lists[0] if chance.random() < 0.9 else chance.choice(lists[1:])
        name = f"{chance.choice(words)} {chance.choice(words)}".title()
        found[name + chance.choice(suffixes)] = None
    return list(found)


def _made(chance: random.Random, syllables: Sequence[str], count: int) -> list[str]:
    found: dict[str, None] = {}
    while len(found) < count:
        found["".join(chance.choices(syllables, k=chance.choice((1, 2, 2, 3, 3, 4))))] = None
    return list(found)


def _letters(chance: random.Random, letters: list[str]) -> list[str]:
    """Single letters and, less often, pairs of them."""
    chance.shuffle(letters)
    pairs = ["".join(chance.choices(letters, k=2)) for _ in range(len(letters))]
    return [
        *letters[: len(letters) // 2],
        *(p for q in zip(letters, pairs, strict=True) for p in q),
    ]
