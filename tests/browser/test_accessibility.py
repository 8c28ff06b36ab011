"""Every screen passes the automatic checks of WCAG 2.1 AA: light, dark and as narrow as a phone."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from tests.browser.sample import sample_report, video_id
from tests.browser.site import Site

AXE = Path(__file__).parents[2] / "node_modules/axe-core/axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]
WIDE: ViewportSize = {"width": 1440, "height": 900}
NARROW: ViewportSize = {"width": 360, "height": 740}
REPORT = "video_report_Checked_V_v1-0.csv"
CHECK = """async (rules) => {
    const { violations } = await axe.run(document, { runOnly: rules, resultTypes: ["violations"] });
    return violations.map(({ id, help, nodes }) =>
        `${id}: ${help}\\n` + nodes.map(({ html, failureSummary }) =>
            `  ${html}\\n  ${failureSummary}`).join("\\n"));
}"""


@pytest.fixture(autouse=True)
def calm(visitor: Page) -> None:
    """Nothing fades or slides: what is half there has no contrast yet."""
    visitor.emulate_media(reduced_motion="reduce")


def looks(page: Page) -> list[str]:
    """What axe finds wrong on the page as it stands, in each of its looks."""
    expect(page.locator("[aria-busy=true], .showing")).to_have_count(0)
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found: list[str] = []
    for scheme, size in (("light", WIDE), ("dark", WIDE), ("light", NARROW), ("dark", NARROW)):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        page.set_viewport_size(size)
        expect(page.locator("html")).to_have_attribute("data-bs-theme", scheme)
        page.evaluate("Promise.allSettled(document.getAnimations().map((one) => one.finished))")
        found += [f"{scheme}, {size['width']} px: {one}" for one in page.evaluate(CHECK, RULES)]
    return found


@pytest.mark.parametrize("path", ["/login", "/register", "/reset"])
def test_what_visitors_see(visitor: Page, path: str) -> None:
    visitor.goto(path)
    assert looks(visitor) == []


def test_a_failed_login(visitor: Page) -> None:
    visitor.goto("/login")
    visitor.get_by_label("E-mail or user name").fill("nobody@example.com")
    visitor.get_by_label("Password", exact=True).fill("wrong")
    visitor.get_by_role("button", name="Log in").click()
    expect(visitor.get_by_text("do not belong together")).to_be_visible()
    assert looks(visitor) == []


def test_the_catalogue_its_filters_and_a_video(catalogue: Site, page: Page) -> None:
    page.goto("/")
    expect(page.locator("[data-videos] tbody tr[data-video]")).to_have_count(50)
    assert looks(page) == []
    page.set_viewport_size(WIDE)
    page.get_by_role("button", name="Filters").click()
    page.get_by_role("combobox", name="Policy").select_option("block")
    expect(page.locator(".chip")).to_have_count(1)
    assert looks(page) == []
    page.locator("[data-videos] tbody tr[data-video] a").first.click()
    expect(page.locator("[data-edit=isrc]")).to_be_visible()
    assert looks(page) == []
    for field in ("artist", "notes", "privacy_status", "isrc"):
        page.locator(f"[data-edit={field}]").click()
    code = page.locator("[data-detail]").get_by_role("textbox", name="ISRC")
    code.fill("wrong")
    code.press("Enter")
    expect(page.get_by_role("alert")).to_be_visible()
    assert looks(page) == []


def test_choosing_and_changing_many(catalogue: Site, page: Page) -> None:
    page.goto("/")
    expect(page.locator("[data-videos] tbody tr[data-video]")).to_have_count(50)
    page.get_by_label("Choose all videos on this page").click()
    expect(page.locator("[data-bulk-everything]")).to_be_visible()
    assert looks(page) == []
    page.locator("[data-bulk-edit]").click()
    dialog = page.get_by_role("dialog", name="Edit videos")
    dialog.get_by_label("Field").select_option("category")
    dialog.get_by_role("combobox", name="New value").fill("Comedy")
    dialog.get_by_role("button", name="Preview").click()
    expect(dialog.locator(".examples li")).to_have_count(10)
    assert looks(page) == []
    dialog.locator("[data-bulk-apply]").click()
    expect(page.locator(".below-table .batch")).to_contain_text("Completed")
    assert looks(page) == []
    page.locator("[data-work]").get_by_role("button", name="Undo").click()
    expect(page.get_by_role("dialog", name="Undo this change?")).to_be_visible()
    assert looks(page) == []


def test_the_export(catalogue: Site, page: Page) -> None:
    page.goto("/")
    expect(page.locator("[data-videos] tbody tr[data-video]")).to_have_count(50)
    page.get_by_role("button", name="Export").click()
    assert looks(page) == []


def test_the_changes(catalogue: Site, page: Page) -> None:
    catalogue.call("POST", f"/api/videos/{video_id(1)}/update", json={"notes": "seen"})
    page.goto("/changes")
    expect(page.locator("[data-change-list] .record").first).to_be_visible()
    assert looks(page) == []


def test_the_channels_and_their_form(catalogue: Site, page: Page) -> None:
    page.goto("/channels")
    expect(page.locator("[data-channel-rows] tr")).to_have_count(5)
    assert looks(page) == []
    page.set_viewport_size(WIDE)
    page.locator("[data-channel-rows] button").first.click()
    expect(page.get_by_role("dialog")).to_be_visible()
    assert looks(page) == []


def test_the_reports_and_their_rejected_rows(catalogue: Site, page: Page) -> None:
    catalogue.import_report(REPORT, sample_report(5, rejected=60))
    page.goto("/reports")
    expect(page.locator("[data-live]")).to_have_text("Live")
    card = page.locator(".import", has_text=REPORT).first
    expect(card).to_contain_text("Completed")
    assert looks(page) == []
    card.get_by_role("button", name="Show 60 rejected rows").click()
    expect(page.locator("[data-rejected-rows] tr").nth(40)).to_be_attached()
    assert looks(page) == []


@pytest.mark.parametrize("path", ["/admin", "/api/docs"])
def test_the_other_pages(page: Page, path: str) -> None:
    page.goto(path)
    expect(page.locator("[data-live]")).to_have_text("Live")
    assert looks(page) == []


def test_changing_the_password(page: Page) -> None:
    page.goto("/change")
    assert looks(page) == []
