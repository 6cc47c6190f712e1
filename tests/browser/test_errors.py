"""The other tests in this folder trust their pages to tell what went wrong."""

from playwright.sync_api import Page

PAGE = """<!doctype html><link rel="icon" href="data:,"><p style="color: red">
<script nonce="n">console.error("logged by the page"); fetch("/missing")</script>
<script nonce="n">throw new Error("from the page")</script>"""
POLICY = {"Content-Security-Policy": "style-src 'none'; script-src 'nonce-n'"}


def test_what_goes_wrong_in_a_page_is_heard(
    page: Page, errors: list[str], expected_errors: list[str]
) -> None:
    page.route(
        "**/broken",
        lambda route: route.fulfill(body=PAGE, content_type="text/html", headers=POLICY),
    )
    page.route("**/missing", lambda route: route.fulfill(status=404))
    with page.expect_console_message(lambda message: "status of 404" in message.text):
        page.goto("/broken")
    for sign in ("Content Security Policy", "logged by", "status of 404", "from the page"):
        assert any(sign in error for error in errors), sign
        expected_errors.append(sign)
