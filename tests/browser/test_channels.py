"""The channels' page: found, renamed with their videos, described, hidden and shown."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.site import Site


@pytest.fixture
def rows(catalogue: Site, page: Page) -> Locator:
    """The rows of the five sample channels."""
    page.goto("/channels")
    found = page.locator("[data-channel-rows] tr")
    expect(found).to_have_count(5)
    return found


def test_channels_are_found_with_their_counts(page: Page, rows: Locator) -> None:
    expect(rows.first).to_contain_text("12")
    page.get_by_label("Search in names").fill("nel 3")
    expect(rows).to_have_count(1)
    page.get_by_label("Search in names").fill("nobody")
    expect(page.get_by_text("No channel matches")).to_be_visible()


def test_a_rename_asks_first_and_its_videos_follow(page: Page, rows: Locator) -> None:
    rows.nth(1).get_by_role("button", name="Edit").click()
    form = page.get_by_role("dialog", name="Channel 1")
    form.get_by_label("Name").fill("AC/DC & Friends")
    form.get_by_label("Description").fill("<b>Loud</b>")
    form.get_by_label("Monetized").select_option("Yes")
    form.get_by_role("button", name="Save").click()
    question = page.get_by_role("dialog", name="Rename the channel?")
    expect(question).to_contain_text("12 videos will carry the new name.")
    question.get_by_role("button", name="Rename").click()
    row = rows.filter(has_text="AC/DC & Friends")
    expect(row).to_contain_text("<b>Loud</b>")
    expect(row).to_contain_text("Monetized")
    row.get_by_role("link").click()
    expect(page.locator("[data-range]")).to_contain_text("of 12 videos")
    page.go_back()
    rows.filter(has_text="AC/DC").get_by_role("button", name="Edit").click()
    form = page.get_by_role("dialog", name="AC/DC & Friends")
    form.get_by_label("Name").fill("Channel 1")
    form.get_by_role("button", name="Save").click()
    question.get_by_role("button", name="Rename").click()
    expect(rows.filter(has_text="Channel 1")).to_have_count(1)


def test_a_hidden_channel_takes_its_videos_out_of_the_lists(
    catalogue: Site, page: Page, rows: Locator
) -> None:
    rows.nth(2).get_by_role("button", name="Hide").click()
    question = page.get_by_role("dialog", name="Hide “Channel 2”?")
    expect(question).to_contain_text("12 videos")
    question.get_by_role("button", name="Hide").click()
    expect(rows.nth(2)).to_contain_text("Hidden")
    assert catalogue.call("GET", "/api/videos")["total"] == 48
    rows.nth(2).get_by_role("button", name="Show").click()
    page.get_by_role("dialog").get_by_role("button", name="Show").click()
    expect(rows.nth(2)).not_to_contain_text("Hidden")
    assert catalogue.call("GET", "/api/videos")["total"] == 60


def test_a_picture_needs_https_and_one_from_elsewhere_is_never_fetched(
    page: Page, rows: Locator
) -> None:
    rows.first.get_by_role("button", name="Edit").click()
    form = page.get_by_role("dialog", name="Channel 0")
    picture = form.get_by_label("Address of the picture")
    picture.fill("http://pictures.example/a.png")
    form.get_by_role("button", name="Save").click()
    expect(form.get_by_role("alert")).to_contain_text("https")
    expect(picture).to_have_attribute("aria-invalid", "true")
    picture.fill("https://pictures.example/a.png")
    form.get_by_role("button", name="Save").click()
    expect(form).to_have_count(0)
    expect(rows.first.locator(".face")).to_have_text("C0")
