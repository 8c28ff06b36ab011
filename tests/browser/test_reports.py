"""The reports page: a file goes in, its import is watched, its result is read."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser.sample import sample_report

NAME = "video_report_Browser_V_v1-0.csv"
REJECTED = 3
WATCH = """() => {
    window.neverReloaded = true;
    window.shown = [];
    const look = () => document.querySelectorAll('.import:first-child [role=progressbar]')
        .forEach((bar) => window.shown.push(Number(bar.getAttribute('aria-valuenow'))));
    new MutationObserver(look).observe(document.querySelector('[data-import-list]'),
        { subtree: true, childList: true, attributes: true });
}"""


def upload(page: Page, name: str, content: bytes) -> None:
    """Choose a file as the button's dialogue does."""
    page.locator("[data-upload-input]").set_input_files(
        {"name": name, "mimeType": "text/csv", "buffer": content}
    )


def test_a_report_is_uploaded_processed_and_watched_to_its_end(page: Page) -> None:
    page.goto("/reports")
    expect(page.locator("[data-live]")).to_have_text("Live")
    upload(page, NAME, sample_report(20_000, REJECTED, first=10_000))
    expect(page.get_by_role("checkbox", name=NAME)).to_be_checked()
    page.evaluate(WATCH)
    page.get_by_role("button", name="Process").click()

    card = page.locator(".import", has_text=NAME).first
    expect(card.locator(".tag").first).to_have_text("Completed", timeout=60_000)
    expect(card.get_by_role("progressbar")).to_have_attribute("aria-valuenow", "100")
    shown = page.evaluate("window.shown")
    assert shown == sorted(shown), "the bar went backwards"
    assert page.evaluate("window.neverReloaded")
    expect(card).to_contain_text("20,000")
    expect(card).to_contain_text("surprise")

    card.get_by_role("button", name="Show 3 rejected rows").click()
    rejected = page.locator("[data-rejected-rows] tr")
    expect(rejected).to_have_count(REJECTED)
    expect(rejected.first).to_contain_text("20,002")
    expect(rejected.first).to_contain_text("<script>")
    with page.expect_download() as download:
        page.get_by_role("button", name="CSV").click()
    assert download.value.suggested_filename.endswith(".csv")


def test_a_dry_run_says_so_and_changes_nothing(page: Page) -> None:
    page.goto("/reports")
    upload(page, "video_report_Dry_V_v1-0.csv", sample_report(10, first=50_000))
    page.get_by_label("Dry run").check()
    page.get_by_role("button", name="Process").click()
    card = page.locator(".import", has_text="video_report_Dry").first
    expect(card).to_contain_text("Dry run")
    expect(card).to_contain_text("Completed", timeout=30_000)
    page.goto("/?search=Sample+video+50005")
    expect(page.get_by_text("No video matches")).to_be_visible()


def test_a_file_without_video_ids_fails_with_its_reason(page: Page) -> None:
    page.goto("/reports")
    upload(page, "wrong.csv", b"title,length\nA,1\n")
    page.get_by_role("button", name="Process").click()
    card = page.locator(".import", has_text="wrong.csv").first
    expect(card.locator(".import-error")).to_contain_text("video_id", timeout=30_000)
    expect(card.get_by_role("button", name="Try again")).to_be_visible()


def test_files_are_found_by_name(page: Page) -> None:
    page.goto("/reports")
    upload(page, "needle.csv", sample_report(1))
    expect(page.get_by_role("checkbox", name="needle.csv")).to_be_visible()
    page.get_by_label("Search in file names").fill("NEEDLE")
    expect(page.locator("[data-file-rows] tr")).to_have_count(1)
    page.get_by_label("Search in file names").fill("haystack")
    expect(page.get_by_text("No file matches")).to_be_visible()
