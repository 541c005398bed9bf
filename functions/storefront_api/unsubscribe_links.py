"""The unsubscribe link of a message: a page that asks, and the POST that does it, by one click too (L37, RFC 8058)."""

from datetime import timedelta
from urllib.parse import parse_qs

from common.application.engine import Engine
from common.application.shell import advance
from common.application.tokens import UNSUBSCRIBE, InvalidToken, read
from common.domain.policy import Policy
from common.domain.triggers import OptedOut
from common.domain.vocabulary import Channel
from common.logs import log
from functions.storefront_api.calls import Answer, Call
from functions.storefront_api.link_calls import answered, person, spoken
from functions.storefront_api.page_words import WORDS
from functions.storefront_api.pages import page

_CHANNELS = {one.value: one for one in Channel}


def take(engine: Engine, token: str, call: Call) -> Answer:
    """200 with a page, whether asked or done, without a cookie or a redirect; 404 for a link that doesn't work."""

    def act(policy: Policy) -> Answer:
        case_id, customer_id, channel = _named(engine, policy, token)
        customer = person(engine, customer_id)
        lang = spoken(call, policy, customer)
        if call.method != "POST":
            words = WORDS[lang]["choices"]
            choices = (("channel", words[channel.value]), ("all", words["all"]))
            return page("unsubscribe", lang, policy.shop, choices=choices)
        channels = tuple(Channel) if _is_for_all(call) else (channel,)
        word = OptedOut(id="opt-out", customer_id=customer_id, case_id=case_id, channels=channels)
        outcome = advance(engine, word).outcome
        log("opt_out_taken", case=case_id, channels=len(channels), outcome=outcome)
        return page("unsubscribed", lang, policy.shop)

    return answered(engine, call, ("GET", "HEAD", "POST"), act)


def _named(engine: Engine, policy: Policy, token: str) -> tuple[str, str, Channel]:
    """Case, customer and channel of the message. Raises InvalidToken."""
    lifetime = timedelta(days=policy.storefront.unsubscribe_link_days)
    content = read(policy.keys.links, UNSUBSCRIBE, token, engine.clock.now(), lifetime)
    if len(content) != 3 or content[2] not in _CHANNELS:
        raise InvalidToken("content")
    return content[0], content[1], _CHANNELS[content[2]]


def _is_for_all(call: Call) -> bool:
    """The page's own choice; one click (List-Unsubscribe=One-Click), in whatever form it comes, is for the channel."""
    try:
        form = parse_qs((call.body or b"").decode(), max_num_fields=20)
    except ValueError:
        return False
    return form.get("scope") == ["all"]
