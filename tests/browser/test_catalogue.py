"""The video table: search, filters, sorting, pages, columns, the drawer."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.sample import ARABIC, HOSTILE, VIDEOS, sample_report, video_id
from tests.browser.site import Site


@pytest.fixture
def rows(catalogue: Site, page: Page) -> Locator:
    """The table's rows, once they are there."""
    found = page.locator("[data-videos] tbody tr[data-video]")
    expect(found).to_have_count(50)
    return found


def test_the_table_shows_the_catalogue(page: Page, rows: Locator) -> None:
    expect(page.locator("[data-range]")).to_have_text(f"1–50 of {VIDEOS} videos")
    expect(page.locator("[data-live]")).to_have_text("Live")


def test_text_from_a_report_stays_text(page: Page, rows: Locator) -> None:
    page.get_by_label("Search in titles").fill("onerror")
    expect(rows).to_have_count(1)
    expect(rows.first.locator("a")).to_have_text(HOSTILE)
    expect(page.locator("[data-videos] b")).to_have_count(0)


def test_a_search_finds_any_script_and_lives_in_the_address(page: Page, rows: Locator) -> None:
    page.get_by_label("Search in titles").fill(ARABIC[:6])
    expect(rows).to_have_count(1)
    expect(page).to_have_url(re.compile(r"\?search="))
    page.reload()
    expect(rows).to_have_count(1)
    page.go_back()
    expect(rows).to_have_count(50)


def test_filters_narrow_the_list_and_show_as_chips(page: Page, rows: Locator) -> None:
    page.get_by_role("button", name="Filters").click()
    page.get_by_role("combobox", name="Policy").select_option("block")
    page.get_by_role("combobox", name="Category").select_option("Music")
    expect(rows).to_have_count(30)
    expect(page.locator(".chip")).to_have_count(2)
    page.get_by_role("button", name="Remove the filter Policy").click()
    expect(page.locator(".chip")).to_have_count(1)
    page.get_by_role("button", name="Clear all").click()
    expect(rows).to_have_count(50)


def test_nothing_found_is_said_and_can_be_undone(page: Page, rows: Locator) -> None:
    page.get_by_label("Search in titles").fill("no such title")
    expect(page.get_by_text("No video matches")).to_be_visible()
    page.get_by_role("button", name="Clear the search and all filters").click()
    expect(rows).to_have_count(50)


def test_a_header_sorts_both_ways(page: Page, rows: Locator) -> None:
    header = page.get_by_role("columnheader", name="Views")
    header.get_by_role("button").click()
    expect(header).to_have_attribute("aria-sort", "descending")
    expect(rows.first).to_contain_text("59,000")
    header.get_by_role("button").click()
    expect(header).to_have_attribute("aria-sort", "ascending")
    expect(rows.first).to_have_attribute("data-video", video_id(0))


def test_every_video_is_on_one_of_the_pages(page: Page, rows: Locator) -> None:
    page.locator("[data-per-page]").select_option("20")
    expect(rows).to_have_count(20)
    seen = set(rows.evaluate_all("rows => rows.map(row => row.dataset.video)"))
    for number in (2, 3):
        page.get_by_role("button", name="Next").click()
        expect(page.locator("[data-range]")).to_contain_text(f"{number * 20 - 19}–{number * 20} of")
        seen |= set(rows.evaluate_all("rows => rows.map(row => row.dataset.video)"))
    assert seen == {video_id(number) for number in range(VIDEOS)}
    expect(page.get_by_role("button", name="Next")).to_be_disabled()


def test_a_chosen_column_stays_after_a_reload(page: Page, rows: Locator) -> None:
    upc = page.get_by_role("columnheader", name="UPC")
    expect(upc).to_have_count(0)
    page.get_by_role("button", name="Columns").click()
    page.get_by_role("group", name="Columns of the table").get_by_label("UPC").check()
    expect(upc).to_be_visible()
    page.reload()
    expect(upc).to_be_visible()


def test_the_drawer_tells_all_about_a_video_and_has_an_address(page: Page, rows: Locator) -> None:
    page.get_by_label("Search in titles").fill("Sample video 7")
    expect(rows).to_have_count(1)
    rows.first.locator("a").click()
    drawer = page.get_by_role("dialog")
    expect(drawer).to_contain_text("custom-7")
    expect(drawer).to_contain_text("Nothing has changed")
    expect(page).to_have_url(re.compile(f"video={video_id(7)}"))
    drawer.get_by_role("button", name="Close").click()
    expect(drawer).to_have_count(0)
    expect(page).not_to_have_url(re.compile("video="))


def test_on_a_phone_nothing_sticks_out(page: Page, rows: Locator) -> None:
    page.set_viewport_size({"width": 360, "height": 740})
    for address in ("/", "/reports", "/changes", "/channels"):
        page.goto(address)
        page.wait_for_load_state("networkidle")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_an_import_elsewhere_refreshes_an_idle_table(
    page: Page, rows: Locator, catalogue: Site
) -> None:
    page.get_by_label("Search in titles").fill("Sample video 9000")
    expect(page.get_by_text("No video matches")).to_be_visible()
    catalogue.import_report("video_report_More_V_v1-0.csv", sample_report(1, first=9000))
    expect(rows).to_have_count(1)
