"""Reports go on using the name that a channel has on YouTube, whatever it is called here."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from catalogtool.catalog.merge import chunk
from catalogtool.channels.service import update_channel
from catalogtool.core.db import unit_of_work
from tests.reports.importing import Imports, catalogue, changes_of, sql, video
from tests.reports.reading import video_id

COLUMNS = "video_id,channel_id,channel_display_name,video_title"
CLAIMS = "claim_id,claim_status,claim_type,asset_id,video_id,channel_display_name,video_title"
ID, OTHER_ID = "UC" + "a" * 22, "UC" + "b" * 22
ONE, TWO, THREE = video_id(1), video_id(2), video_id(3)


def rename(name: str, new_name: str) -> None:
    with unit_of_work() as session:
        update_channel(session, name, {"new_name": new_name})


def channels() -> dict[str, str | None]:
    """The id of each channel by its name."""
    return {channel["name"]: channel["channel_id"] for channel in catalogue()["channel"]}


@pytest.fixture
def renamed(imports: Imports) -> Imports:
    """A channel known by its id, with a video, that somebody has renamed."""
    imports.rows(COLUMNS, [ONE, ID, "Old", "one"], name="videos_2026-03-01.csv")
    rename("Old", "New")
    return imports


@pytest.mark.parametrize("told_id", [ID, ""])
def test_a_later_report_does_not_undo_it(renamed: Imports, told_id: str) -> None:
    report = renamed.rows(
        COLUMNS,
        [ONE, told_id, "Old", "one"],
        [TWO, told_id, "Old", "two"],
        name="videos_2026-03-02.csv",
    )
    assert (report.videos_created, report.videos_unchanged) == (1, 1)
    assert report.cursor == 1  # only the new video was looked at again
    assert changes_of(report) == {}
    assert channels() == {"New": ID}
    assert video(TWO)["channel_display_name"] == "New"
    claim = ["C1", "ACTIVE", "AUDIO", "A1", THREE, "Old", "three"]
    renamed.rows(CLAIMS, claim, name="claims_2026-03-02.csv")
    assert video(THREE)["channel_display_name"] == "New"
    assert channels() == {"New": ID}


def test_another_channel_may_take_the_old_name(renamed: Imports) -> None:
    rows = [[TWO, OTHER_ID, "Old", "two"], [ONE, ID, "Old", "one"]]
    renamed.rows(COLUMNS, *rows, name="videos_2026-03-02.csv")
    assert channels() == {"New": ID, "Old": OTHER_ID}
    assert video(ONE)["channel_display_name"] == "New"
    # From now on the name without an id is the other channel's.
    renamed.rows(COLUMNS, [THREE, "", "Old", "three"], name="videos_2026-03-03.csv")
    assert video(THREE)["channel_display_name"] == "Old"


def test_a_name_that_youtube_changed_is_taken_over(renamed: Imports) -> None:
    renamed.rows(COLUMNS, [ONE, ID, "Newer", "one"], name="videos_2026-03-02.csv")
    assert video(ONE)["channel_display_name"] == "Newer"
    assert channels()["Newer"] == ID


def test_renaming_again_and_back(renamed: Imports) -> None:
    rename("New", "Newest")
    report = renamed.rows(
        COLUMNS, [ONE, ID, "Old", "one"], [TWO, ID, "New", "two"], name="videos_2026-03-02.csv"
    )
    assert changes_of(report) == {}
    assert channels() == {"Newest": ID}
    rename("Newest", "Old")
    renamed.rows(COLUMNS, [THREE, ID, "Old", "three"], name="videos_2026-03-03.csv")
    assert channels() == {"Old": ID}
    assert sql("SELECT former_names FROM channel") == ["New", "Newest"]


def test_a_former_name_leads_to_the_channel_that_had_it_last(renamed: Imports) -> None:
    renamed.rows(COLUMNS, [TWO, OTHER_ID, "Second", "two"], name="videos_2026-03-02.csv")
    rename("Second", "Old")
    rename("Old", "Third")
    assert sql("SELECT former_names FROM channel WHERE name = 'New'") == []
    assert sql("SELECT former_names FROM channel WHERE name = 'Third'") == ["Second", "Old"]
    renamed.rows(COLUMNS, [THREE, "", "Old", "three"], name="videos_2026-03-03.csv")
    assert video(THREE)["channel_display_name"] == "Third"


def test_a_rename_in_the_middle_of_an_import_lasts(
    imports: Imports, monkeypatch: pytest.MonkeyPatch
) -> None:
    claims = "video_id,channel_id,channel_display_name,video_title,claim_id,asset_id"
    imports.rows(claims, [ONE, ID, "Old", "one", "", ""], name="videos_2026-03-01.csv")
    take_turn, renames = chunk.take_turn, [("Old", "New")]

    def rename_first(session: Session) -> None:
        if renames:
            rename(*renames.pop())
        take_turn(session)

    monkeypatch.setattr(chunk, "take_turn", rename_first)
    rows = [[ONE, ID, "Old", "other", "C1", "A1"], [TWO, ID, "Old", "two", "C2", "A2"]]
    report = imports.rows(claims, *rows, name="videos_2026-03-02.csv")
    assert (report.status, report.videos_created, report.videos_updated) == ("completed", 1, 1)
    assert channels() == {"New": ID}
    (changes,) = changes_of(report).values()
    assert "channel_display_name" not in changes
    assert {one["channel_display_name"] for one in catalogue()["video"]} == {"New"}
    assert {claim["claim_id"] for claim in catalogue()["claim"]} == {"C1", "C2"}
