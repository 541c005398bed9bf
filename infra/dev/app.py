"""The page and its addresses. GET changes nothing."""

from datetime import datetime
from hashlib import blake2b
from typing import Any

from flask import Flask, Response, abort, redirect, render_template, request, stream_with_context, url_for
from markupsafe import Markup
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as AnyResponse

from infra.dev import incoming, telling, views
from infra.dev.engine import DevEngine
from infra.dev.guard import LETTER, STOREFRONT_API, guard
from infra.dev.incoming import NotMessages
from infra.dev.samples import NothingToDo, Samples

Answer = AnyResponse | str | tuple[dict[str, Any], int]


def create_app(engine: DevEngine) -> Flask:
    """The site of one engine."""
    app = Flask(__name__)
    app.config["MAX_CONTENT_LENGTH"] = incoming.MAX_BYTES
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.filters |= {
        "length_of": telling.length,
        "away": telling.away,
        "moment_of": datetime.fromisoformat,
    }
    guard(app)
    app.register_error_handler(HTTPException, _explain)
    _add_pages(app, engine)
    _add_feeds(app, engine)
    _add_mailbox(app, engine)
    _add_buttons(app, engine)
    _add_storefront_api(app)
    return app


def _explain(error: HTTPException) -> Answer:
    """A mistake as JSON for programs, as a page for people."""
    status = error.code or 500
    if "text/html" not in request.headers.get("Accept", ""):
        return {"error": error.description or error.name}, status
    page = render_template("problem.html", status=status, sentence=error.description or error.name)
    return Response(page, status)


def _add_pages(app: Flask, engine: DevEngine) -> None:
    @app.get("/")
    def index() -> Answer:
        return render_template("index.html", said=request.args.get("said", "")[:300], **_state(engine))

    @app.get("/live")
    def live() -> Answer:
        """The part of the first page that changes by itself; 304 while it is as it was."""
        page = render_template("live.html", **_state(engine))
        response = Response(page)
        response.set_etag(blake2b(page.encode(), digest_size=12).hexdigest())
        response.headers["Cache-Control"] = "no-cache"
        return response.make_conditional(request)

    @app.get("/cases/<id>")
    def case(id: str) -> Answer:
        documents = views.documents_of(engine, id)
        if not documents:
            abort(404, "There is no such case.")
        lines = engine.journal.of_case(id)
        return render_template(
            "case.html",
            row=views.case_row(documents[0][2], documents[-1][2] if len(documents) > 1 else None),
            events_said=[views.event(line) for line in lines],
            letters_sent=engine.journal.letters_of(id),
            documents=documents,
            now=engine.clock.now(),
        )


def _state(engine: DevEngine) -> dict[str, Any]:
    return {
        "view": views.overview(engine),
        "engine": engine,
        "address": request.host_url,
        "due": engine.next_due(),
        "rules": engine.rules,
        "problems": engine.rules.problems(),
    }


def _add_mailbox(app: Flask, engine: DevEngine) -> None:
    def letter(number: int) -> views.Mail:
        kept = engine.journal.letter(number)
        if kept is None:
            abort(404, "There is no such message.")
        return views.mail(kept)

    @app.get("/mailbox/<int:number>")
    def message(number: int) -> Answer:
        return render_template("message.html", mail=letter(number), now=engine.clock.now())

    @app.get("/mailbox/<int:number>/html")
    def html(number: int) -> Answer:
        """The e-mail's own HTML, for a sandboxed frame; its links open beside this page."""
        found = letter(number)
        if found.html is None:
            abort(404, "This message has no HTML.")
        page = found.html.replace("<head>", '<head><base target="_blank">', 1)
        return Response(Markup(page), headers={"Content-Security-Policy": LETTER})  # noqa: S704 - sandboxed

    @app.get("/mailbox/<int:number>.eml")
    def source(number: int) -> Answer:
        """An e-mail's source; a text message's text."""
        kept = letter(number).kept
        return Response(kept.source, mimetype="message/rfc822" if kept.channel == "email" else "text/plain")


def _add_feeds(app: Flask, engine: DevEngine) -> None:
    @app.get("/recovery-events")
    def recovery_events() -> Answer:
        """What was announced, as JSON Lines; `?after=N` leaves out the first N."""
        lines = engine.journal.lines(request.args.get("after", 0, int))
        return Response(stream_with_context(f"{line}\n" for line in lines), mimetype="application/x-ndjson")

    @app.get("/healthz")
    def healthz() -> Answer:
        if not engine.worker.is_alive:
            return {"status": "the worker has stopped"}, 503
        return {"status": "ok", "pending": engine.machine.timer.pending()}, 200


def _add_buttons(app: Flask, engine: DevEngine) -> None:
    samples = Samples(engine)
    by_name = {
        "cart": samples.abandoned_cart,
        "order": samples.order_with_newest_code,
        "cancellation": samples.cancelled_order,
        "broken": samples.broken_event,
    }

    @app.post("/events")
    def events() -> Answer:
        """Publish messages; 202 with their ids, 400 with what is wrong."""
        try:
            messages = incoming.read(request.get_data(), dict(request.headers))
        except NotMessages as problem:
            return {"error": str(problem)}, 400
        return {"message_ids": engine.publish(messages)}, 202

    @app.post("/samples/<name>")
    def sample(name: str) -> Answer:
        if name not in by_name:
            abort(404, "There is no such sample.")
        try:
            return _back(by_name[name]())
        except NothingToDo as problem:
            return _back(str(problem))

    @app.post("/clock")
    def clock() -> Answer:
        """Skip to the next due moment."""
        return _back("" if engine.skip() else "Nothing is pending.")


def _add_storefront_api(app: Flask) -> None:
    """The deployed function's own addresses: webhooks, events from a storefront's pages, vouchers, links."""
    from functions.storefront_api.main import storefront_api

    for name, rule in STOREFRONT_API.items():
        app.add_url_rule(
            rule,
            name,
            lambda **_: storefront_api(request),
            methods=["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"],
            provide_automatic_options=False,
        )


def _back(said: str) -> Answer:
    """To the page again, so that reloading it repeats nothing; scripts get the sentence alone."""
    if request.headers.get("X-Requested-With") == "fetch":
        return {"said": said}, 200
    return redirect(url_for("index", said=said or None), 303)
