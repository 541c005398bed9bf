"""Keeps the page to the browser in front of it: no other site may read it, frame it, or press its buttons."""

from flask import Flask, Response, abort, request

HOSTS = ["localhost", "127.0.0.1"]
"""Names by which this machine may be asked: another site's name that resolves to it is refused."""

_PAGE = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self'; "
    "frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'self'"
)
STOREFRONT_API = {
    "webhooks": "/webhooks/<source>/<store>",
    "storefront_events": "/events/<store>",
    "voucher": "/vouchers/<code>",
    "voucher_action": "/vouchers/<code>/<action>",
    "cart_link": "/cart/<token>",
    "unsubscribe_link": "/unsubscribe/<token>",
    "offer_link": "/offers/<token>",
    "offer_action": "/offers/<token>/<action>",
    "customer_offers": "/customers/<id>/offers",
}
"""Addresses of the deployed function, which checks its callers itself, by their endpoints here."""
LETTER = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src http: https: data:; base-uri 'none'; "
    "frame-ancestors 'self'; sandbox allow-popups allow-popups-to-escape-sandbox"
)
"""For an e-mail's own HTML: its pictures and inline style, no script, no form, nothing of ours."""


def guard(app: Flask) -> None:
    """Check every request, and send every answer with what its page may load."""
    app.config["TRUSTED_HOSTS"] = HOSTS
    app.before_request(_from_this_page)
    app.after_request(_with_headers)


def _from_this_page() -> None:
    """GET changes nothing, so anybody may; what changes something comes from this page, or from no browser.

    A storefront's page is another site: the deployed function has rules and keys for it.
    """
    if request.method in ("GET", "HEAD", "OPTIONS") or request.endpoint in STOREFRONT_API:
        return
    origin = request.headers.get("Origin")
    site = request.headers.get("Sec-Fetch-Site", "none")
    if site not in ("same-origin", "none") or origin not in (None, f"{request.scheme}://{request.host}"):
        abort(403, "another site's page may not do this")


def _with_headers(response: Response) -> Response:
    response.headers.setdefault("Content-Security-Policy", _PAGE)
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    response.headers.setdefault("Cache-Control", "no-store")
    return response
