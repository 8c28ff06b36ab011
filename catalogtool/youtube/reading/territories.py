"""Sets of territories as reports write them: codes divided by `|`, `WW` for the whole world."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from catalogtool.youtube.reading.scalars import texts_of

# ISO 3166-1; reports spell "everywhere but" out with these.
_CODES = (
    "ADAEAFAGAIALAMAOAQARASATAUAWAXAZBABBBDBEBFBGBHBIBJBLBMBNBOBQBRBSBTBVBWBYBZCACCCDCFCGCHCI"
    "CKCLCMCNCOCRCUCVCWCXCYCZDEDJDKDMDODZECEEEGEHERESETFIFJFKFMFOFRGAGBGDGEGFGGGHGIGLGMGNGPGQ"
    "GRGSGTGUGWGYHKHMHNHRHTHUIDIEILIMINIOIQIRISITJEJMJOJPKEKGKHKIKMKNKPKRKWKYKZLALBLCLILKLRLS"
    "LTLULVLYMAMCMDMEMFMGMHMKMLMMMNMOMPMQMRMSMTMUMVMWMXMYMZNANCNENFNGNINLNONPNRNUNZOMPAPEPFPG"
    "PHPKPLPMPNPRPSPTPWPYQARERORSRURWSASBSCSDSESGSHSISJSKSLSMSNSOSRSSSTSVSXSYSZTCTDTFTGTHTJTK"
    "TLTMTNTOTRTTTVTWTZUAUGUMUSUYUZVAVCVEVGVIVNVUWFWSYEYTZAZMZW"
)
WORLD = tuple(_CODES[n : n + 2] for n in range(0, len(_CODES), 2))
MOST_EXCEPTIONS = 20


def covered(condition: Mapping[str, Any]) -> list[str]:
    """The territories that `{type: include|exclude, territories: […]}` speaks of, in its order.

    An empty condition speaks of the whole world. Codes are taken as they come.
    """
    named = list(dict.fromkeys(code.upper() for code in texts_of(condition, "territories") or ()))
    if str(condition.get("type", "")).lower() == "include":
        return named
    return [code for code in WORLD if code not in named]


def missing_of(territories: Collection[str]) -> list[str]:
    """What is left of the world without these."""
    return [code for code in WORLD if code not in territories]


def spelled_out(territories: Collection[str]) -> str:
    """`US|CA`; `WW` for the whole world; empty for none."""
    return "|".join(territories) if missing_of(territories) else "WW"


def in_short(territories: Collection[str]) -> str:
    """The same, with "everywhere but a few" as `WW -BY|RU`."""
    missing = missing_of(territories)
    if 0 < len(missing) <= MOST_EXCEPTIONS:
        return f"WW -{'|'.join(missing)}"
    return spelled_out(territories)
