"""A browser on the real application; console errors and refused contents fail the test."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

import pytest
from playwright.sync_api import Browser, Page, Route, StorageState, expect, sync_playwright

from tests.browser.sample import sample_report
from tests.browser.site import EMAIL, PASSWORD, Site, running_site
from tests.databases import new_database, open_folder

PATIENCE_MS = 15_000
expect.set_options(timeout=PATIENCE_MS)

REFUSALS = ("status of 400 (BAD REQUEST)", "status of 409 (CONFLICT)")
PICTURE = (
    b"GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff!\xf9\x04\x01\x00\x00\x00\x00,"
    b"\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;"
)


@pytest.fixture(scope="module")
def site(server: str, template: str) -> Iterator[Site]:
    """An installation with a manager who is an administrator, and an empty catalogue."""
    with (
        new_database(server, template) as url,
        open_folder() as home,
        running_site(url, home) as running,
    ):
        yield running


@pytest.fixture(scope="module")
def catalogue(site: Site) -> Site:
    """The installation with the sample videos in it."""
    site.import_report("video_report_Sample_V_v1-0.csv", sample_report())
    return site


@pytest.fixture(scope="session")
def browser(chromium: str) -> Iterator[Browser]:
    """One browser for all tests."""
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--disable-background-networking"]
        )
        yield opened
        opened.close()


@pytest.fixture
def visitor(site: Site, browser: Browser) -> Iterator[Page]:
    """A page of a browser that nobody has logged in with; YouTube's pictures are played."""
    context = browser.new_context(base_url=site.url, viewport={"width": 1440, "height": 900})
    context.set_default_timeout(PATIENCE_MS)
    context.route("https://i.ytimg.com/**", _picture)
    page = context.new_page()
    problems: list[str] = []
    page.on("console", lambda message: _note(problems, message.type, message.text))
    page.on("pageerror", lambda error: problems.append(str(error)))
    yield page
    context.close()
    assert problems == []


@pytest.fixture(scope="module")
def login(site: Site, browser: Browser) -> StorageState:
    """What a login leaves in the browser; one is enough for all tests of a module."""
    with browser.new_context(base_url=site.url) as context:
        context.set_default_timeout(PATIENCE_MS)
        opened = context.new_page()
        log_in(opened)
        expect(opened.get_by_role("button", name="Account")).to_be_visible()
        return context.storage_state()


@pytest.fixture
def page(visitor: Page, login: StorageState) -> Page:
    """The catalogue as the manager sees it, logged in."""
    visitor.context.add_cookies(cast("Any", login["cookies"]))
    visitor.goto("/")
    return visitor


def log_in(page: Page, password: str = PASSWORD) -> None:
    """Fill in the login form as a person does."""
    page.goto("/login")
    page.get_by_label("E-mail or user name").fill(EMAIL)
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Log in").click()


def _picture(route: Route) -> None:
    route.fulfill(body=PICTURE, content_type="image/gif")


def _note(problems: list[str], kind: str, text: str) -> None:
    """Chromium reports refusals as errors; a page that expects them shows what they say."""
    if kind in {"error", "warning"} and not text.endswith(REFUSALS):
        problems.append(text)
