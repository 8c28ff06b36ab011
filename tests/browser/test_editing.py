"""Editing a video where it stands, conflicts, the way back, and what others see of it at once."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.sample import video_id
from tests.browser.site import EMAIL, Site

MARK_ROWS = """rows => rows.forEach((row) => {
    row.isTheSame = true;
    new MutationObserver(() => row.classList.contains("is-fresh") && (row.wasFresh = true))
        .observe(row, { attributes: true });
})"""


def row_of(page: Page, number: int) -> Locator:
    """The table's row of a sample video."""
    return page.locator(f"tr[data-video={video_id(number)}]")


def open_drawer(page: Page, number: int) -> Locator:
    """The drawer of a sample video, once it is there."""
    page.goto(f"/?sort=title%3Aasc&video={video_id(number)}")
    drawer = page.locator("[data-detail]")
    expect(drawer.locator("[data-edit=title]")).to_be_visible()
    return drawer


def edit_elsewhere(site: Site, number: int, **changes: object) -> None:
    """Somebody else's edit."""
    site.call("POST", f"/api/videos/{video_id(number)}/update", json=changes)


@pytest.mark.usefixtures("catalogue")
def test_enter_saves_and_all_places_show_it(page: Page) -> None:
    drawer = open_drawer(page, 15)
    drawer.get_by_role("button", name="Edit Title").click()
    field = drawer.get_by_role("textbox", name="Title")
    expect(field).to_be_focused()
    expect(field).to_have_value("Sample video 15")
    field.fill("Ein <b>neuer</b> Titel")
    field.press("Enter")
    expect(drawer.get_by_role("heading", name="Ein <b>neuer</b> Titel")).to_be_visible()
    expect(drawer.get_by_role("button", name="Edit Title")).to_be_focused()
    expect(drawer.locator(".pending-note")).to_contain_text(f"Edited by {EMAIL}")
    expect(drawer.locator(".records .record").first).to_contain_text("Sample video 15")
    expect(row_of(page, 15)).to_contain_text("Ein <b>neuer</b> Titel")
    expect(row_of(page, 15)).to_contain_text("1 not on YouTube")


@pytest.mark.usefixtures("catalogue")
def test_a_wrong_value_is_refused_at_its_field_and_escape_leaves_it(page: Page) -> None:
    drawer = open_drawer(page, 8)
    drawer.get_by_role("button", name="Edit ISRC").click()
    field = drawer.get_by_role("textbox", name="ISRC")
    field.fill("NOT A CODE")
    field.press("Enter")
    expect(drawer.get_by_role("alert")).to_contain_text("ISRC")
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(field).to_be_focused()
    field.press("Escape")
    expect(field).to_have_count(0)
    expect(drawer).to_be_visible()
    drawer.get_by_role("button", name="Edit ISRC").click()
    expect(field).to_have_value("")
    field.fill("usum7-24-00001")
    drawer.get_by_role("button", name="Save").click()
    expect(drawer.locator("dd", has_text="USUM72400001")).to_be_visible()


@pytest.mark.usefixtures("catalogue")
def test_lists_and_choices_are_edited_too(page: Page) -> None:
    drawer = open_drawer(page, 9)
    drawer.get_by_role("button", name="Edit Artist").click()
    drawer.get_by_role("textbox", name="Artist 1").fill("Earth, Wind & Fire")
    drawer.get_by_role("button", name="Add another artist").click()
    drawer.get_by_role("textbox", name="Artist 2").fill("Ado")
    drawer.get_by_role("textbox", name="Artist 2").press("Enter")
    expect(drawer.locator("dd", has_text="Earth, Wind & Fire, Ado")).to_be_visible()
    drawer.get_by_role("button", name="Edit Privacy").click()
    drawer.get_by_role("combobox", name="Privacy").select_option("Unlisted")
    drawer.get_by_role("button", name="Save").click()
    expect(drawer.locator(".detail-head")).to_contain_text("unlisted")


def test_a_conflict_shows_whose_value_it_is_and_asks(catalogue: Site, page: Page) -> None:
    drawer = open_drawer(page, 10)
    drawer.get_by_role("button", name="Edit Title").click()
    field = drawer.get_by_role("textbox", name="Title")
    field.fill("Mine")
    edit_elsewhere(catalogue, 10, notes="another field is no conflict", title="Theirs")
    field.press("Enter")
    expect(drawer.locator(".conflict")).to_contain_text(f"{EMAIL} changed this")
    expect(drawer.locator(".conflict")).to_contain_text("Theirs")
    drawer.get_by_role("button", name="Take theirs").click()
    expect(drawer.get_by_role("heading", name="Theirs")).to_be_visible()

    drawer.get_by_role("button", name="Edit Title").click()
    field.fill("Mine")
    edit_elsewhere(catalogue, 10, title="Theirs again")
    field.press("Enter")
    drawer.get_by_role("button", name="Keep mine").click()
    expect(drawer.get_by_role("heading", name="Mine")).to_be_visible()

    drawer.get_by_role("button", name="Edit Title").click()
    field.fill("Mine without a question")
    edit_elsewhere(catalogue, 10, notes="still no conflict")
    field.press("Enter")
    expect(drawer.get_by_role("heading", name="Mine without a question")).to_be_visible()


@pytest.mark.usefixtures("catalogue")
def test_a_change_is_put_back_from_the_history(page: Page) -> None:
    drawer = open_drawer(page, 11)
    drawer.get_by_role("button", name="Edit Category").click()
    drawer.get_by_role("combobox", name="Category").fill("Comedy")
    drawer.get_by_role("combobox", name="Category").press("Enter")
    record = drawer.locator(".records .record", has_text="Comedy").last
    record.get_by_role("button", name="Put back").click()
    expect(record.get_by_role("status")).to_contain_text("Category is back to Sports")
    expect(drawer.locator(".records .record", has_text="Comedy")).to_have_count(2)
    expect(drawer.locator(".records .record").first).to_contain_text("Put back")


def test_what_others_change_shows_at_once_and_disturbs_nothing(catalogue: Site, page: Page) -> None:
    page.goto("/?sort=title%3Aasc")
    rows = page.locator("[data-videos] tbody tr[data-video]")
    expect(rows).to_have_count(50)
    expect(page.locator("[data-live]")).to_have_text("Live")
    row_of(page, 20).get_by_role("checkbox").check()
    page.locator("[data-table-scroll]").evaluate("node => { node.scrollTop = 300; }")
    rows.evaluate_all(MARK_ROWS)
    edit_elsewhere(catalogue, 20, title="Sample video 20 by others")
    expect(row_of(page, 20)).to_contain_text("by others", timeout=2_000)
    assert rows.evaluate_all("rows => rows.every((row) => row.isTheSame)")
    fresh = rows.evaluate_all("rows => rows.filter((r) => r.wasFresh).map((r) => r.dataset.video)")
    assert fresh == [video_id(20)]
    assert page.locator("[data-table-scroll]").evaluate("node => node.scrollTop") == 300
    expect(row_of(page, 20).get_by_role("checkbox")).to_be_checked()


def test_an_open_editor_stays_when_the_rest_moves_on(catalogue: Site, page: Page) -> None:
    drawer = open_drawer(page, 21)
    drawer.get_by_role("button", name="Edit Notes").click()
    notes = drawer.get_by_role("textbox", name="Notes")
    notes.fill("half a thought")
    edit_elsewhere(catalogue, 21, title="A title from elsewhere")
    expect(drawer.get_by_role("heading", name="A title from elsewhere")).to_be_visible()
    expect(notes).to_have_value("half a thought")
    expect(notes).to_be_focused()
    row_of(page, 22).locator("a").click()
    page.get_by_role("dialog", name="Leave without saving?").get_by_text("Cancel").click()
    expect(notes).to_have_value("half a thought")
    row_of(page, 22).locator("a").click()
    page.get_by_role("button", name="Discard the edit").click()
    expect(page).to_have_url(re.compile(f"video={video_id(22)}"))
