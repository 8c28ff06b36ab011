"""Getting in, being refused, getting out."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser.conftest import log_in


def test_a_visitor_is_led_to_the_login_and_back(visitor: Page) -> None:
    visitor.goto("/reports")
    expect(visitor.get_by_role("heading", name="Log in")).to_be_visible()
    visitor.get_by_label("E-mail or user name").fill("manager@example.com")
    visitor.get_by_label("Password", exact=True).fill("correct horse battery staple")
    visitor.get_by_role("button", name="Log in").click()
    expect(visitor.get_by_role("heading", name="Files in the store")).to_be_visible()


def test_a_wrong_password_is_told(visitor: Page) -> None:
    log_in(visitor, "not the password")
    expect(visitor.locator(".field-error, .notice-bad").first).to_be_visible()
    expect(visitor).to_have_title("Log in · Catalog Tool")


def test_the_login_offers_recovery_and_registration(visitor: Page) -> None:
    visitor.goto("/login")
    visitor.get_by_role("link", name="Forgot the password?").click()
    expect(visitor.get_by_role("heading", name="Reset the password")).to_be_visible()
    visitor.goto("/register")
    expect(visitor.get_by_role("button", name="Create the account")).to_be_visible()


def test_the_user_menu_logs_out(page: Page) -> None:
    page.get_by_role("button", name="Account").click()
    page.get_by_role("button", name="Log out").click()
    page.goto("/")
    expect(page.get_by_role("heading", name="Log in")).to_be_visible()


def test_the_theme_follows_the_system(visitor: Page) -> None:
    visitor.emulate_media(color_scheme="dark")
    visitor.goto("/login")
    expect(visitor.locator("html")).to_have_attribute("data-bs-theme", "dark")
    visitor.emulate_media(color_scheme="light")
    expect(visitor.locator("html")).to_have_attribute("data-bs-theme", "light")
