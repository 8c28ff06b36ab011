"""YouTube's video categories: the number that the API uses, and the name that reports use."""

from __future__ import annotations

CATEGORY_NAMES = {
    "1": "Film & Animation",
    "2": "Autos & Vehicles",
    "10": "Music",
    "15": "Pets & Animals",
    "17": "Sports",
    "18": "Short Movies",
    "19": "Travel & Events",
    "20": "Gaming",
    "21": "Videoblogging",
    "22": "People & Blogs",
    "23": "Comedy",
    "24": "Entertainment",
    "25": "News & Politics",
    "26": "Howto & Style",
    "27": "Education",
    "28": "Science & Technology",
    "29": "Nonprofits & Activism",
    "30": "Movies",
    "31": "Anime/Animation",
    "32": "Action/Adventure",
    "33": "Classics",
    "35": "Documentary",
    "36": "Drama",
    "37": "Family",
    "38": "Foreign",
    "39": "Horror",
    "40": "Sci-Fi/Fantasy",
    "41": "Thriller",
    "42": "Shorts",
    "43": "Shows",
    "44": "Trailers",
}
_NUMBERS = {name.casefold(): number for number, name in CATEGORY_NAMES.items()}


def category_name(number: str | None) -> str | None:
    """The name of a category, None for one that is not known here."""
    return CATEGORY_NAMES.get(number or "")


def category_id(name: str | None) -> str | None:
    """The number of a category by its name in any case, None for one that is not known here."""
    return _NUMBERS.get((name or "").strip().casefold())
