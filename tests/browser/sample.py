"""Small video reports whose every value a test knows."""

from __future__ import annotations

import csv
import io

HEADER = [
    "video_id",
    "channel_display_name",
    "video_title",
    "video_length",
    "views",
    "video_privacy_status",
    "category",
    "asset_id",
    "custom_id",
    "effective_policy",
    "isrc",
    "time_published",
    "surprise",
]
HOSTILE = '<img src="x" onerror="document.title=1"> <b>bold</b>'
ARABIC = "أغنية الليل الطويل"
VIDEOS = 60


def video_id(number: int) -> str:
    """The YouTube id of a sample video: eleven letters."""
    return f"sample{number:05d}"


def sample_report(videos: int = VIDEOS, rejected: int = 0, first: int = 0) -> bytes:
    """A video report of this many usable rows, and some that are not, at its end."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(HEADER)
    writer.writerows(_row(first + number) for number in range(videos))
    writer.writerows(["<script>", *_row(number)[1:]] for number in range(rejected))
    return text.getvalue().encode()


def _row(number: int) -> list[str]:
    titles = {0: HOSTILE, 1: ARABIC}
    return [
        video_id(number),
        f"Channel {number % 5}",
        titles.get(number, f"Sample video {number}"),
        str(60 * (number % 40) + 7),
        str(number * 1000),
        ("Public", "Unlisted", "Private")[number % 3],
        ("Music", "Sports")[number % 2],
        f"A{number:015d}" if number % 4 else "",
        f"custom-{number}",
        "Monetize in all countries" if number % 2 else "Block in all countries",
        "",
        "2024-05-06",
        "nobody reads this",
    ]
