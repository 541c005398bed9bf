"""Delivery: the right provider for the channel, and a definite answer when there is none."""

import logging
from collections.abc import Callable, Iterator, Mapping
from typing import Any, cast

import pytest

from common import config, wiring
from common.application.engine import Engine
from common.application.failures import Unavailable
from common.application.ports import FindOutcome, Sender, SendOutcome
from common.config import SendingSettings
from common.domain.effects import FindMessage, SendMessage
from common.domain.policy import Policy
from common.domain.shop import Shop
from common.domain.triggers import Accepted, NotSent, Rejected, Uncertain
from common.domain.vocabulary import Channel, Reason
from functions.send_stimulus import delivery
from functions.send_stimulus.delivery import deliver, provider
from functions.send_stimulus.senders.smtp_sender import SmtpSender
from functions.send_stimulus.senders.twilio_sender import TwilioSender
from infra.local.machine import LOCAL_KEYS, fixed_policies
from tests.providers.messages import SHOP, email, query, sms

SMTP = {"RECOUP_SMTP_HOST": "mail.example"}
LOGIN = {"RECOUP_SMTP_USERNAME": "shop", "RECOUP_SECRET_SMTP_PASSWORD": "secret"}
TWILIO = {"RECOUP_TWILIO_ACCOUNT_SID": "AC1"}


class Recorder:
    """A sender that keeps what it is given."""

    def __init__(self, sent: SendOutcome, found: FindOutcome) -> None:
        self._sent, self._found = sent, found
        self.given: list[SendMessage | FindMessage] = []

    def send(self, message: SendMessage) -> SendOutcome:
        self.given.append(message)
        return self._sent

    def find(self, query: FindMessage) -> FindOutcome:
        self.given.append(query)
        return self._found


class Kept:
    """Secrets by name."""

    def __init__(self, **secrets: bytes) -> None:
        self._secrets = secrets

    def get(self, name: str) -> bytes:
        return self._secrets[name]


@pytest.fixture(autouse=True)
def _as_it_was() -> Iterator[None]:
    """The tests of a worker share one process: what they configure is put back."""
    built = (wiring._engine, wiring._build)
    delivery._provider.cache_clear()
    yield
    delivery._provider.cache_clear()
    wiring._engine, wiring._build = built


@pytest.fixture
def logged(caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> Callable[[], list[str]]:
    """What the engine logged: messages with their details."""
    monkeypatch.setattr(logging.getLogger("recoup"), "propagate", True)
    caplog.set_level("INFO", "recoup")
    return lambda: [f"{line.getMessage()}: {cast(Any, line).fields['detail']}" for line in caplog.records]


def use(senders: Mapping[Channel, Sender] | None, shop: Shop = SHOP) -> None:
    nothing = cast(Any, None)
    engine = Engine(
        store=nothing,
        bus=nothing,
        timer=nothing,
        clock=nothing,
        policies=fixed_policies(Policy(keys=LOCAL_KEYS, shop=shop)),
        identity=nothing,
        senders=senders,
    )
    wiring.use(lambda: engine)


def configured(channel: Channel, environment: Mapping[str, str], **secrets: bytes) -> Sender | None:
    settings = config.read(SendingSettings, environment)
    return provider(channel, settings, Kept(**secrets), lambda: SHOP)


def test_a_message_goes_to_the_sender_of_its_channel() -> None:
    """E-mail and SMS go each to their own sender, once, and its answer is the answer."""
    by_mail, by_phone = Recorder(Accepted("m"), NotSent()), Recorder(Uncertain("?"), Accepted("p"))
    use({Channel.EMAIL: by_mail, Channel.SMS: by_phone})
    assert deliver(email()) == Accepted("m")
    assert deliver(sms()) == Uncertain("?")
    assert by_mail.given == [email()]
    assert by_phone.given == [sms()]


def test_a_question_goes_to_the_sender_of_its_channel() -> None:
    """Whether a message left is asked of the sender that was given it."""
    by_mail, by_phone = Recorder(Accepted("m"), NotSent()), Recorder(Uncertain("?"), Accepted("p"))
    use({Channel.EMAIL: by_mail, Channel.SMS: by_phone})
    assert deliver(query(email())) == NotSent()
    assert deliver(query(sms())) == Accepted("p")


def test_a_channel_without_a_provider_is_refused_for_good() -> None:
    """The step's next channel is tried at once; what was claimed before is nobody's knowledge any more."""
    use({})
    refused = deliver(sms())
    assert isinstance(refused, Rejected)
    assert (refused.reason, refused.retryable) == (Reason.PROVIDER_REFUSED, False)
    assert isinstance(deliver(query(sms())), Uncertain)


def test_an_engine_with_its_own_senders_reads_no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Senders that are given are all there are, even if there are none, whatever the environment says."""
    monkeypatch.setenv("RECOUP_SMTP_HOST", "mail.example")
    monkeypatch.setenv("RECOUP_SMTP_PORT", "nonsense")
    use({})
    refused = deliver(email())
    assert isinstance(refused, Rejected)
    assert "no provider" in refused.detail


def test_a_message_is_handed_over_with_its_links() -> None:
    """Ours, where the shop lets storefront_api answer them; the provider gets nothing to look up."""
    by_mail = Recorder(Accepted("m"), NotSent())
    use({Channel.EMAIL: by_mail}, Shop(storefront_url="https://recoup.bielik.example"))
    deliver(email())
    (given,) = by_mail.given
    assert isinstance(given, SendMessage)
    assert str(given.cart_url).startswith("https://recoup.bielik.example/cart/")
    assert str(given.unsubscribe_url).startswith("https://recoup.bielik.example/unsubscribe/")


def test_a_refusal_is_logged_without_an_address(logged: Callable[[], list[str]]) -> None:
    """The provider's code is in the log, the recipient isn't; what was accepted makes no noise."""
    refusal = Rejected(Reason.PROVIDER_REFUSED, detail="RCPT 550 5.1.1")
    use({Channel.EMAIL: Recorder(refusal, NotSent()), Channel.SMS: Recorder(Accepted("1"), NotSent())})
    deliver(email())
    deliver(sms())
    deliver(query(email()))
    assert logged() == ["message_rejected: RCPT 550 5.1.1"]


@pytest.mark.parametrize(
    ("environment", "problem"),
    [
        (SMTP | {"RECOUP_SMTP_USERNAME": "shop"}, "RECOUP_SECRET_SMTP_PASSWORD"),
        (SMTP | {"RECOUP_SMTP_PORT": "0"}, "RECOUP_SMTP_PORT"),
        (
            SMTP | LOGIN | {"RECOUP_SMTP_SECURITY": "none"},
            "password in clear",
        ),
    ],
    ids=["secret", "setting", "combination"],
)
def test_a_provider_that_is_not_ready_is_worth_another_try(
    environment: Mapping[str, str],
    problem: str,
    monkeypatch: pytest.MonkeyPatch,
    logged: Callable[[], list[str]],
) -> None:
    """A claimed message that can't have left is given back, not left in doubt; a question is asked again."""
    _least_environment(monkeypatch, environment)
    use(None)
    refused = deliver(email())
    assert isinstance(refused, Rejected)
    assert refused.retryable
    with pytest.raises(Unavailable, match=problem):
        deliver(query(email()))
    assert len(logged()) == 2
    assert all(problem in line for line in logged())


def test_a_provider_is_ready_once_its_secret_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    """A failure to build a provider isn't remembered; a provider that was built is kept."""
    _least_environment(monkeypatch, SMTP | {"RECOUP_SMTP_USERNAME": "shop"})
    use(None)
    deliver(email())
    monkeypatch.setenv("RECOUP_SECRET_SMTP_PASSWORD", "secret")
    built = delivery._sender(Channel.EMAIL)
    assert isinstance(built, SmtpSender)
    assert delivery._sender(Channel.EMAIL) is built


def test_one_bad_provider_does_not_stop_the_other(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without Twilio's token there is no SMS, but there is e-mail."""
    _least_environment(monkeypatch, SMTP | TWILIO)
    use(None)
    assert isinstance(delivery._sender(Channel.EMAIL), SmtpSender)
    refused = deliver(sms())
    assert isinstance(refused, Rejected)
    assert refused.retryable


def test_only_configured_channels_have_a_provider() -> None:
    """A host makes e-mail, an account makes SMS, and no setting makes WhatsApp or push."""
    assert configured(Channel.EMAIL, TWILIO, twilio_auth_token=b"t") is None
    assert configured(Channel.SMS, SMTP) is None
    both = SMTP | TWILIO
    assert isinstance(configured(Channel.EMAIL, both), SmtpSender)
    assert isinstance(configured(Channel.SMS, both, twilio_auth_token=b"t"), TwilioSender)
    assert configured(Channel.WHATSAPP, both) is None
    assert configured(Channel.PUSH, both) is None


def test_settings_and_secrets_reach_the_provider() -> None:
    """Host, login, security and time-outs are those of the environment; passwords are the secrets."""
    environment = SMTP | {"RECOUP_SMTP_PORT": "465", "RECOUP_SMTP_SECURITY": "tls"}
    login = {"RECOUP_SMTP_USERNAME": "shop", "RECOUP_SMTP_TIMEOUT_SECONDS": "5"}
    by_mail = cast(Any, configured(Channel.EMAIL, environment | login, smtp_password=b"p"))._settings
    assert (by_mail.host, by_mail.port, by_mail.security) == ("mail.example", 465, "tls")
    assert (by_mail.username, by_mail.password, by_mail.timeout_seconds) == ("shop", "p", 5)

    key = {"RECOUP_TWILIO_API_KEY": "SK1", "RECOUP_TWILIO_BASE_URL": "http://127.0.0.1:1"}
    by_phone = cast(Any, configured(Channel.SMS, TWILIO | key, twilio_auth_token=b"t"))._settings
    assert (by_phone.account_sid, by_phone.auth_token, by_phone.api_key) == ("AC1", "t", "SK1")
    assert by_phone.base_url == "http://127.0.0.1:1"


def test_no_login_needs_no_password() -> None:
    """A relay without a user name is used without asking for a secret."""
    by_mail = cast(Any, configured(Channel.EMAIL, SMTP))._settings
    assert (by_mail.username, by_mail.password) == (None, None)


def _least_environment(monkeypatch: pytest.MonkeyPatch, more: Mapping[str, str]) -> None:
    urls = '{"generate_offer": "http://a", "send_stimulus": "http://b", "expire_vouchers": "http://c"}'
    least = {"GOOGLE_CLOUD_PROJECT": "p", "RECOUP_FUNCTION_URLS": urls, "RECOUP_TASKS_SERVICE_ACCOUNT": "s"}
    monkeypatch.delenv("RECOUP_SECRETS", raising=False)
    for variable, value in (least | dict(more)).items():
        monkeypatch.setenv(variable, value)
