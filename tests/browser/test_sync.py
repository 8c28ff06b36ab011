"""In step with YouTube, as people see it: a look, what came of it, edits sent, and the queue."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.sample import sample_report, video_id
from tests.browser.site import Site, running_site
from tests.browser.test_accessibility import looks
from tests.databases import new_database, open_folder
from tests.sandbox.running import Sandbox, sandbox_process

VIDEOS = 30


@pytest.fixture(scope="module")
def home() -> Iterator[Path]:
    """The home of the installation, in which the sandbox leaves its address."""
    with open_folder() as folder:
        yield folder


@pytest.fixture(scope="module")
def youtube(home: Path) -> Iterator[Sandbox]:
    """What is true on YouTube: nothing, until a test says so."""
    with sandbox_process(home, "--videos", "1") as running:
        yield running


@pytest.fixture(scope="module")
def site(server: str, template: str, home: Path, youtube: Sandbox) -> Iterator[Site]:
    """An installation beside a sandbox, with the sample videos in it."""
    with new_database(server, template) as url, running_site(url, home) as running:
        running.import_report("video_report_Sample_V_v1-0.csv", sample_report(VIDEOS))
        yield running


@pytest.fixture
def drawer(page: Page) -> Locator:
    """The drawer beside the table."""
    return page.locator("[data-detail]")


def open_video(page: Page, number: int) -> None:
    """Show a sample video in the drawer."""
    page.goto(f"/?video={video_id(number)}")
    expect(page.locator("[data-edit=title]")).to_be_visible()


def edit_title(drawer: Locator, title: str) -> None:
    """Edit the title in the drawer, as a person does."""
    drawer.get_by_role("button", name="Edit Title").click()
    drawer.get_by_role("textbox", name="Title").fill(title)
    drawer.get_by_role("textbox", name="Title").press("Enter")
    expect(drawer.get_by_text("1 edit is not on YouTube")).to_be_visible()


def test_everything_is_asked_for_after_a_look_at_what_it_takes(
    youtube: Sandbox, page: Page
) -> None:
    youtube.change(video_id(9), refuse="forbidden")
    page.goto("/sync")
    page.get_by_role("button", name="Pause").click()
    expect(page.locator("[data-sync-sentence]")).to_contain_text("Paused by manager@example.com")
    page.get_by_role("button", name="Sync everything…").click()
    dialog = page.get_by_role("dialog", name="Sync everything")
    dialog.get_by_label("Also what was asked lately").check()
    dialog.get_by_role("button", name=f"Sync {VIDEOS} videos").click()
    expect(page.get_by_role("button", name=f"Waiting {VIDEOS}")).to_be_visible()
    page.get_by_role("button", name="Go on").click()
    expect(page.locator("[data-sync-sentence]")).to_contain_text("Nothing waits")
    page.get_by_role("button", name=re.compile("Failed 1$")).click()
    rows = page.locator("[data-task-rows] tr")
    expect(rows).to_have_count(1)
    expect(rows.locator(".task-error")).to_contain_text("forbidden")
    youtube.change(video_id(9), refuse=None)
    rows.get_by_role("button", name="Try again").click()
    expect(rows).to_have_class(re.compile("is-gone"))
    page.mouse.move(0, 0)
    expect(page.get_by_text("Nothing has failed")).to_be_visible()


def test_a_look_tells_what_it_changed_or_that_nothing_is_there(
    youtube: Sandbox, page: Page, drawer: Locator
) -> None:
    youtube.change(video_id(3), title="Another <b>title</b> there")
    open_video(page, 3)
    drawer.get_by_role("button", name="Sync now").click()
    outcome = drawer.locator(".youtube-part [role=status]")
    expect(outcome).to_contain_text("changed")
    expect(outcome).to_contain_text("Another <b>title</b> there")
    expect(drawer.get_by_role("heading", name="Another <b>title</b> there")).to_be_visible()
    expect(drawer.get_by_text("YouTube was asked just now")).to_be_visible()
    row = page.locator(f"tr[data-video={video_id(3)}]")
    expect(row).to_contain_text("Another <b>title</b> there")
    page.locator(f"[data-open={video_id(4)}]").click()
    expect(drawer.get_by_text("Not found on YouTube since")).to_be_visible()
    drawer.get_by_role("button", name="Sync now").click()
    expect(outcome).to_contain_text("YouTube does not know this video now")
    expect(drawer.get_by_role("heading", name="Sample video 4")).to_be_visible()


def test_an_edit_is_looked_at_and_sent(youtube: Sandbox, page: Page, drawer: Locator) -> None:
    youtube.change(video_id(5), title="Sample video 5")
    open_video(page, 5)
    edit_title(drawer, "A better title")
    drawer.get_by_role("button", name="Send to YouTube…").click()
    dialog = page.get_by_role("dialog", name="Send to YouTube")
    expect(dialog.locator(".change")).to_contain_text("A better title")
    expect(dialog).to_contain_text("51 units")
    assert youtube.truth(video_id(5))["title"] == "Sample video 5", "sent before anybody said so"
    dialog.get_by_role("button", name="Send 1 field").click()
    expect(drawer.get_by_text("1 field is on YouTube now")).to_be_visible()
    expect(drawer.get_by_text("not on YouTube")).to_have_count(0)
    assert youtube.truth(video_id(5))["title"] == "A better title"


def test_who_shall_win_is_asked(youtube: Sandbox, page: Page, drawer: Locator) -> None:
    youtube.change(video_id(7), title="Sample video 7")
    open_video(page, 7)
    edit_title(drawer, "Ours")
    youtube.change(video_id(7), title="Theirs")
    drawer.get_by_role("button", name="Sync now").click()
    conflict = drawer.locator("[data-conflict=title]")
    expect(conflict.locator("dd")).to_have_text(["Theirs", "Ours"])
    conflict.get_by_role("button", name="Send mine anyway…").click()
    dialog = page.get_by_role("dialog", name="Send to YouTube")
    expect(dialog.get_by_role("checkbox", name="Title was changed")).to_be_checked()
    dialog.get_by_role("button", name="Cancel").click()
    conflict.get_by_role("button", name="Take theirs").click()
    expect(drawer.get_by_role("heading", name="Theirs")).to_be_visible()
    expect(drawer.locator("[data-conflict]")).to_have_count(0)


def test_chosen_videos_are_asked_for(page: Page) -> None:
    page.goto("/")
    for number in (10, 11):
        page.locator(f"[data-choose={video_id(number)}]").click()
    page.get_by_role("button", name="Sync…").click()
    dialog = page.get_by_role("dialog", name="Sync with YouTube")
    dialog.get_by_role("button", name="Sync 2 videos").click()
    expect(page.get_by_text("2 videos are in the queue")).to_be_visible()
    expect(page.locator("[data-bulk-bar]")).to_be_hidden()


def test_everybody_can_use_the_page(page: Page) -> None:
    page.emulate_media(reduced_motion="reduce")
    page.goto("/sync")
    expect(page.get_by_role("button", name="Sandbox")).to_be_visible()
    expect(page.locator("[data-task-rows] tr").first).to_be_visible()
    assert looks(page) == []
    page.get_by_role("button", name="Sync everything…").click()
    expect(page.get_by_role("dialog")).to_contain_text("24 hours")
    assert looks(page) == []
