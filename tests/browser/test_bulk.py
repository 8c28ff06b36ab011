"""Choosing many videos, changing them together, undoing it; and lists too long to number."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.sample import sample_report, video_id
from tests.browser.site import Site

MANY = 10_500
FIRST = 20_000
WORK_MS = 60_000


@pytest.fixture(scope="module")
def many(catalogue: Site) -> Site:
    """The installation with more videos than pages can number."""
    report = sample_report(MANY, first=FIRST)
    catalogue.import_report("video_report_Many_V_v1-0.csv", report)
    return catalogue


@pytest.fixture
def rows(catalogue: Site, page: Page) -> Locator:
    """The rows of a filtered table, in a known order."""
    page.goto("/?search=video&category=Music&sort=video_length%3Aasc")
    found = page.locator("[data-videos] tbody tr[data-video]")
    expect(found.first).to_be_visible()
    return found


def box(rows: Locator, place: int) -> Locator:
    """The box of a row."""
    return rows.nth(place).get_by_role("checkbox")


def begin(page: Page, field: str, operation: str) -> Locator:
    """The dialogue, with its field and operation chosen."""
    page.locator("[data-bulk-edit]").click()
    dialog = page.get_by_role("dialog", name="Edit videos")
    dialog.get_by_label("Field").select_option(field)
    dialog.get_by_label("What to do").select_option(operation)
    return dialog


def test_ranges_pages_and_everything_can_be_chosen(page: Page, rows: Locator) -> None:
    count = page.locator("[data-bulk-count]")
    expect(page.locator("[data-bulk-bar]")).to_be_hidden()
    box(rows, 2).click()
    box(rows, 6).click(modifiers=["Shift"])
    expect(count).to_have_text("5 videos chosen")
    box(rows, 4).click()
    expect(count).to_have_text("4 videos chosen")
    page.get_by_label("Choose all videos on this page").click()
    expect(count).to_have_text(f"{rows.count()} videos chosen")
    page.locator("[data-per-page]").select_option("20")
    expect(rows).to_have_count(20)
    expect(page.locator("[data-bulk-away]")).to_contain_text("not on this page")
    page.get_by_role("button", name="Choose all 29 videos that match").click()
    expect(count).to_have_text("All 29 videos that match are chosen")
    box(rows, 0).click()
    expect(count).to_have_text("19 videos chosen")
    page.get_by_role("button", name="Choose none").click()
    expect(page.locator("[data-bulk-bar]")).to_be_hidden()


def test_a_change_is_previewed_applied_and_undone(page: Page, rows: Locator) -> None:
    first = rows.first.get_attribute("data-video")
    for place in range(3):
        box(rows, place).click()
    dialog = begin(page, "title", "replace")
    apply = dialog.locator("[data-bulk-apply]")
    expect(apply).to_be_disabled()
    dialog.get_by_label("Find").fill("Sample")
    dialog.get_by_label("Replace with").fill("Simple")
    dialog.get_by_role("button", name="Preview").click()
    expect(dialog.locator(".preview-count")).to_contain_text("3 videos will change.")
    expect(dialog.locator(".examples li")).to_have_count(3)
    dialog.get_by_label("Replace with").fill("Simplest")
    expect(apply).to_be_disabled()
    dialog.get_by_role("button", name="Preview").click()
    dialog.get_by_role("button", name="Change 3 videos").click()
    card = page.locator(".below-table .batch").first
    expect(card).to_contain_text("3 of 3 videos changed")
    expect(page.locator("[data-bulk-bar]")).to_be_hidden()
    expect(page.locator(f"tr[data-video={first}]")).to_contain_text("Simplest video")
    card.get_by_role("button", name="Undo").click()
    page.get_by_role("dialog", name="Undo this change?").get_by_text("Undo", exact=True).click()
    expect(page.locator(".below-table .batch")).to_have_count(2)
    expect(card).to_contain_text("Undo: Replace “Sample” with “Simplest” in Title")
    expect(page.locator(f"tr[data-video={first}]")).to_contain_text("Sample video")


def test_what_cannot_be_is_said_in_the_dialogue(page: Page, rows: Locator) -> None:
    box(rows, 0).click()
    dialog = begin(page, "upc", "set")
    dialog.get_by_role("button", name="Preview").click()
    expect(dialog.get_by_role("alert")).to_contain_text("What should the value be?")
    dialog.get_by_role("textbox", name="New value").fill("123456789012x")
    dialog.get_by_role("button", name="Preview").click()
    expect(dialog.get_by_role("alert")).to_contain_text("UPC")
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)


def test_a_row_changed_since_the_preview_is_skipped_and_named(
    catalogue: Site, page: Page, rows: Locator
) -> None:
    page.get_by_label("Choose all videos on this page").click()
    dialog = begin(page, "label", "set")
    dialog.get_by_role("textbox", name="New value").fill("Northern Light Records")
    dialog.get_by_role("button", name="Preview").click()
    expect(dialog.locator(".preview-count")).to_be_visible()
    other = rows.nth(3).get_attribute("data-video")
    catalogue.call("POST", f"/api/videos/{other}/update", json={"label": "Meanwhile"})
    dialog.locator("[data-bulk-apply]").click()
    card = page.locator(".below-table .batch").first
    expect(card).to_contain_text("1 skipped")
    card.get_by_text("Why 1 video was skipped").click()
    expect(card.locator(".skipped li")).to_contain_text(str(other))


@pytest.mark.usefixtures("rows")
def test_an_export_is_a_link_to_what_is_shown(page: Page) -> None:
    page.get_by_role("button", name="Export").click()
    dialog = page.get_by_role("dialog", name="Export")
    expect(dialog).to_contain_text("29 videos match")
    dialog.get_by_role("button", name="Those of the table").click()
    dialog.get_by_label("Views").uncheck()
    with page.expect_download() as download:
        dialog.get_by_role("link", name="Download").click()
    lines = download.value.path().read_text(encoding="utf-8").splitlines()
    assert download.value.suggested_filename.startswith("video_export_")
    assert len(lines) == 30
    assert "title" in lines[0].split(",")
    assert "views" not in lines[0].split(",")


def test_a_long_work_shows_its_progress_and_can_be_undone_later(many: Site, page: Page) -> None:
    page.goto("/?channel=Channel+3")
    expect(page.locator("[data-videos] tbody tr[data-video]")).to_have_count(50)
    page.get_by_label("Choose all videos on this page").click()
    page.locator("[data-bulk-everything]").click()
    dialog = begin(page, "genre", "append")
    dialog.get_by_role("textbox", name="To be added 1").fill("Compilation")
    dialog.get_by_role("button", name="Preview").click()
    dialog.get_by_role("button", name="Change 2,112 videos").click()
    card = page.locator(".below-table .batch").first
    expect(card).to_contain_text("2,112 of 2,112 videos changed", timeout=WORK_MS)
    page.get_by_role("link", name="Changes", exact=True).click()
    batch = page.locator("[data-batch-list] .batch").first
    expect(batch).to_contain_text("Add Compilation to Genre")
    batch.get_by_role("button", name="Undo").click()
    page.get_by_role("dialog", name="Undo this change?").get_by_text("Undo", exact=True).click()
    undo = page.locator("[data-batch-list] .batch", has_text="Undo: Add Compilation").first
    expect(undo).to_contain_text("2,112 of 2,112 videos changed", timeout=WORK_MS)
    undone = page.get_by_text("Add Compilation to Genre", exact=True)
    expect(page.locator("[data-batch-list] .batch", has=undone)).to_contain_text("Undone")
    video = many.call("GET", f"/api/videos/{video_id(3)}")["video"]
    assert isinstance(video, dict)
    assert video["genre"] is None


def test_all_changes_are_searched(catalogue: Site, page: Page) -> None:
    path = f"/api/videos/{video_id(41)}/update"
    catalogue.call("POST", path, json={"notes": "first", "custom_id": "x-41"})
    catalogue.call("POST", path, json={"notes": "second"})
    page.goto("/changes")
    changes = page.locator("[data-change-list] .record")
    page.get_by_label("Video ID").fill(video_id(41))
    expect(changes).to_have_count(2)
    page.get_by_label("Field").select_option("Custom ID")
    expect(changes).to_have_count(1)
    expect(changes).to_contain_text("x-41")
    page.reload()
    expect(changes).to_have_count(1)
    changes.get_by_role("button", name="Put back").click()
    expect(changes.locator(".outcome")).to_contain_text("Custom ID is back to custom-41")
    expect(changes.locator(".outcome")).to_contain_text("Notes stays second")
    changes.locator("a.record-video").click()
    expect(page.locator("[data-detail-title]")).to_have_text("Sample video 41")


def test_pages_beyond_the_numbered_ones_are_reached(many: Site, page: Page) -> None:
    page.goto("/?sort=title%3Aasc&per_page=100&page=100")
    place = page.locator("[data-range]")
    expect(place).to_contain_text("9,901–10,000 of")
    expect(page.locator("[data-page-count]")).to_have_text("of 100+")
    page.get_by_role("button", name="Next").click()
    expect(place).to_contain_text("10,001–10,100 of")
    page.reload()
    expect(place).to_contain_text("10,001–10,100 of")
    page.get_by_role("button", name="Previous").click()
    expect(place).to_contain_text("9,901–10,000 of")
