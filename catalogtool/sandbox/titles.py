"""Names and titles in many scripts, with everything in them that breaks careless code.

All of it is made up: performers and songs are syllables put together by chance.
"""

from functools import cache
from typing import NamedTuple

WORDS = 4096
"""How many different names each script has."""


class Script(NamedTuple):
    """The sixteen syllables and eight words from which one script's names are made."""

    syllables: str
    words: str
    joint: str = ""


_LATIN = Script(
    "ba ko ri len ta mi sor vel da nu fe gar lo pi shan tes",
    "River,Midnight,Golden,Letters,Summer,Echo,Home,Paper",
)
_ACCENTED = Script(
    "ré çã ñu lè ö må jí šo ły ğa ção nê ß ú ei the",
    "Été,Corazón,Straße,Ça va,São,Đêm,Zażółć,Cafe\u0301",
)
_JAPANESE = Script(
    "あ か さ た な は ま や ラ ワ キ ミ ユ ノ ト リ", "桜,夜,東京,青い空,夢,物語,海,花火"
)
_CHINESE = Script(
    "林 王 明 华 小 月 天 美 龙 志 家 春 雨 安 文 海", "爱,月亮,故事,北京,雪,時光,山水,红"
)
_KOREAN = Script(
    "가 나 다 라 민 서 지 수 현 우 은 하 진 영 태 솔", "사랑,밤하늘,여름,편지,서울,꿈,바다,기억"
)
_ARABIC = Script(
    "با نو سا ري مل دي كا هو تم لي فا زي را شو عم قي", "حبيبي,ليل,قلب,يا عين,سلام,شوق,قمر,أغنية"
)
_DEVANAGARI = Script(
    "रा मे सु नि का दे वि पा ला शी मो हन ता जी को या", "प्यार,दिल,सपना,ज़िन्दगी,रात,तेरा,गीत,सावन"
)
_CYRILLIC = Script(
    "ва ко ри ле та ми со ве да ню фе га ло пи ша те",
    "Ночь,Любовь,Дорога,Зима,Огонь,Ёлка,Небо,Письмо",
)
_HEBREW = Script(
    "בא נו שי רם לי דן מא תו גל אור יה קר סי עם חן פה", "אהבה,לילה,שיר,בית,ים,שלום,זמן,לב"
)
_THAI = Script(
    "มา นี รัก ใจ ดี ฟ้า สา ทอง วัน ลม ชา พร น้ำ ศรี แก้ว บุญ", "เธอ,คืนนี้,ความรัก,เพลง,ฝน,ดาว,บ้าน,คิดถึง"
)

SCRIPTS = (
    *(_LATIN,) * 14, *(_ACCENTED,) * 5, *(_JAPANESE,) * 3, *(_CHINESE,) * 2, *(_KOREAN,) * 2,
    *(_ARABIC,) * 2, *(_DEVANAGARI,) * 1, *(_CYRILLIC,) * 1, _HEBREW, _THAI,
)  # fmt: skip
"""Thirty-two entries, so that five bits choose a script by its share."""

_PLAIN = (
    *(("", ""),) * 90, *(("", " (Official Video)"),) * 40, *(("", " [Lyrics]"),) * 24,
    *(("", " (Live)"),) * 20, *(("", " | Full Episode"),) * 12, *(("", " 🎵"),) * 8,
    *(("🔥 ", " 🔥🔥"),) * 6, ("", " 👩‍👩‍👧‍👦🇧🇷"), ("", "  "), ("", " 100% \\_/"),
)  # fmt: skip
_QUOTED = (
    *(("", ", Pt. 2"),) * 12, *(("", " (feat. A, B & C)"),) * 10, *(("", ' "Remix"'),) * 6,
    *(('"', '"'),) * 4, *(("", ' — 7" single, side B'),) * 2, *(("Live, ", ""),) * 4,
)  # fmt: skip
_BROKEN_LINES = (*(("", "\nOfficial Audio"),) * 5, ("", "\r\nOut now"), ("", ',\n"the film"'))
_HOSTILE = (
    ("=", ""), ("-", ""), ("+1 ", ""), ("@", ""), ('=HYPERLINK("http://example.invalid";"', '")'),
    ("<script>alert(1)</script>", ""), ("'; DROP TABLE video; --", ""), ("{{7*7}} ${7*7} ", ""),
)  # fmt: skip
_DECORATIONS = (*_PLAIN, *_QUOTED, *_BROKEN_LINES, *_HOSTILE)

_CHANNEL_SCRIPTS = tuple(dict.fromkeys(SCRIPTS))
_CHANNEL_SUFFIXES = (" Music", "VEVO", " - Topic", " TV", ", Inc.", ' "Live"', " Récords", " 🎬")


@cache
def names(script: Script) -> tuple[str, ...]:
    """`WORDS` different names of two or three syllables."""
    syllables = script.syllables.split(" ")
    made = [a + b + c for a in syllables for b in syllables for c in syllables]
    return tuple(name[0].upper() + name[1:] for name in made)


@cache
def songs(script: Script) -> tuple[str, ...]:
    """`WORDS` different song titles: a word and a made-up name of two syllables."""
    syllables = script.syllables.split(" ")
    made = [a + b for a in syllables for b in syllables]
    words = (script.words + "," + ",".join(made[:8])).split(",")
    return tuple(f"{word} {name}" for word in words for name in made)


_NAMES = tuple(names(script) for script in SCRIPTS)
_SONGS = tuple(songs(script) for script in SCRIPTS)


class Title(NamedTuple):
    """A video's title with the performer and the song that it names."""

    text: str
    artist: str
    song: str


def title_of(choice: int, words: int, number: int) -> Title:
    """The title made from two random 32-bit words; a third of them carry the video's number."""
    script = choice & 31
    artist = _NAMES[script][words & 4095]
    song = _SONGS[script][words >> 12 & 4095]
    before, after = _DECORATIONS[choice >> 5 & 255]
    if words >> 24 < 85:
        song = f"{song} #{number}"
    return Title(f"{before}{artist} - {song}{after}", artist, song)


def channel_name(number: int) -> str:
    """A name that no other channel number has, whatever the seed."""
    rest, script = divmod(number, len(_CHANNEL_SCRIPTS))
    again, word = divmod(rest, WORDS)
    name = names(_CHANNEL_SCRIPTS[script])[(word * 2731 + 17) % WORDS]
    suffix = _CHANNEL_SUFFIXES[rest % len(_CHANNEL_SUFFIXES)]
    return f"{name} {again + 1}{suffix}" if again else f"{name}{suffix}"
