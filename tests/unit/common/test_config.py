"""Settings: what they default to, and how they complain."""

import json

import pytest

from common import config
from common.config import EngineSettings, InvalidSettings, SendingSettings, StorefrontApiSettings

URLS = {name: f"https://{name}.example" for name in ("generate_offer", "send_stimulus", "expire_vouchers")}
LEAST = {
    "GOOGLE_CLOUD_PROJECT": "bielik",
    "RECOUP_FUNCTION_URLS": json.dumps(URLS),
    "RECOUP_TASKS_SERVICE_ACCOUNT": "tasks@bielik.iam.gserviceaccount.com",
}


def test_the_least_environment_is_enough() -> None:
    """Project, URLs and service account are all that has to be said; the rest has a default."""
    settings = config.read(EngineSettings, LEAST)
    assert settings.project == "bielik"
    assert settings.database == "(default)"
    assert settings.events_topic == "recovery-events"
    assert settings.storefront_topic == "storefront-events"
    assert settings.location == "europe-west1"
    assert settings.queues == {
        "generate_offer": ("generate-offer",),
        "send_stimulus": ("send-stimulus",),
        "expire_vouchers": ("expire-vouchers",),
    }
    assert settings.target_urls == URLS
    assert settings.tasks_endpoint is None
    assert settings.certificates_url is None
    assert settings.secrets == {}
    assert settings.log_severity == "INFO"


def test_a_sending_function_needs_no_provider() -> None:
    """Without any variable there is no provider, and TLS, ports and time-outs are the usual ones."""
    settings = config.read(SendingSettings, {})
    assert settings.smtp_host is None
    assert settings.twilio_account_sid is None
    assert (settings.smtp_port, settings.smtp_security, settings.smtp_timeout_seconds) == (
        587,
        "starttls",
        20,
    )
    assert settings.twilio_base_url == "https://api.twilio.com"


def test_the_process_environment_is_read_when_it_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without an environment given, the process's own counts, as it is at that moment."""
    monkeypatch.setenv("RECOUP_SMTP_HOST", "mail.example")
    assert config.read(SendingSettings).smtp_host == "mail.example"
    monkeypatch.setenv("RECOUP_SMTP_HOST", "relay.example")
    assert config.read(SendingSettings).smtp_host == "relay.example"


def test_whatever_is_missing_is_told_at_once() -> None:
    """Every variable that has to be set is named, not just the first."""
    with pytest.raises(InvalidSettings) as caught:
        config.read(EngineSettings, {})
    assert str(caught.value) == (
        "GOOGLE_CLOUD_PROJECT is not set; RECOUP_FUNCTION_URLS is not set; "
        "RECOUP_TASKS_SERVICE_ACCOUNT is not set"
    )


def test_whatever_is_wrong_is_told_at_once() -> None:
    """Several bad values are several sentences, each of which begins with its variable."""
    bad = {"RECOUP_SMTP_PORT": "0", "RECOUP_SMTP_SECURITY": "ssl", "RECOUP_TWILIO_BASE_URL": "api.twilio.com"}
    with pytest.raises(InvalidSettings) as caught:
        config.read(SendingSettings, bad)
    sentences = str(caught.value).split("; ")
    assert [sentence.partition(":")[0] for sentence in sentences] == list(bad)


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("RECOUP_FUNCTION_URLS", "https://one.example"),
        ("RECOUP_FUNCTION_URLS", "[]"),
        ("RECOUP_FUNCTION_URLS", json.dumps(URLS | {"send_stimulus": "send.example"})),
        ("RECOUP_FUNCTION_URLS", json.dumps(URLS | {"send_stimulus": 1})),
        ("RECOUP_FUNCTION_URLS", '{"send_stimulus": "https://send.example"}'),
        ("RECOUP_FUNCTION_URLS", json.dumps(URLS | {"send_stimuli": "https://send.example"})),
        ("RECOUP_QUEUES", "{"),
        ("RECOUP_QUEUES", "{}"),
        ("RECOUP_QUEUES", json.dumps({function: [] for function in URLS})),
        ("RECOUP_QUEUES", json.dumps({function: [""] for function in URLS})),
        ("RECOUP_CERTIFICATES_URL", "ftp://certs.example"),
        ("RECOUP_AUDIENCE", "send.example"),
        ("RECOUP_SECRETS", '{"voucher_key": 3}'),
        ("RECOUP_LOG", "LOUD"),
    ],
)
def test_a_bad_value_names_its_variable(variable: str, value: str) -> None:
    """A bad value of the engine's settings is refused with a sentence that begins with the variable."""
    with pytest.raises(InvalidSettings, match=f"^{variable}"):
        config.read(EngineSettings, LEAST | {variable: value})


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("RECOUP_SMTP_PORT", "65536"),
        ("RECOUP_SMTP_PORT", "smtp"),
        ("RECOUP_SMTP_TIMEOUT_SECONDS", "0"),
        ("RECOUP_SMTP_TIMEOUT_SECONDS", "nan"),
        ("RECOUP_TWILIO_TIMEOUT_SECONDS", "121"),
        ("RECOUP_TWILIO_STATUS_CALLBACK", "callback"),
    ],
)
def test_a_bad_value_of_a_provider_names_its_variable(variable: str, value: str) -> None:
    """A bad value of a provider's settings is refused with a sentence that begins with the variable."""
    with pytest.raises(InvalidSettings, match=f"^{variable}"):
        config.read(SendingSettings, {variable: value})


def test_the_proxies_in_front_are_counted() -> None:
    """One, Google's, unless it is said; a number that can't be is told with its variable."""
    assert config.read(StorefrontApiSettings, {}).proxy_hops == 1
    assert config.read(StorefrontApiSettings, {"RECOUP_PROXY_HOPS": "0"}).proxy_hops == 0
    for value in ("-1", "11", "one"):
        with pytest.raises(InvalidSettings, match=r"^RECOUP_PROXY_HOPS"):
            config.read(StorefrontApiSettings, {"RECOUP_PROXY_HOPS": value})


def test_a_function_has_one_queue_or_several() -> None:
    """A text is one queue; without the variable each function's queue has its name."""
    assert config.read(EngineSettings, LEAST).queues["send_stimulus"] == ("send-stimulus",)
    queues = json.dumps(dict.fromkeys(URLS, "one") | {"send_stimulus": ["one", "two"]})
    read = config.read(EngineSettings, LEAST | {"RECOUP_QUEUES": queues}).queues
    assert (read["generate_offer"], read["send_stimulus"]) == (("one",), ("one", "two"))


def test_what_is_left_out_of_the_urls_is_named() -> None:
    """A function without a URL or queue, and one that tasks don't call, are told by name."""
    urls = json.dumps({"generate_offer": "https://a.example", "expire_vouchers": "https://b.example"})
    with pytest.raises(InvalidSettings, match=r"^RECOUP_FUNCTION_URLS has nothing for send_stimulus$"):
        config.read(EngineSettings, LEAST | {"RECOUP_FUNCTION_URLS": urls})
    queues = json.dumps(dict.fromkeys([*URLS, "ingest_event"], "queue"))
    with pytest.raises(InvalidSettings, match=r"^RECOUP_QUEUES names ingest_event, which tasks don't call$"):
        config.read(EngineSettings, LEAST | {"RECOUP_QUEUES": queues})


def test_an_empty_variable_is_not_set() -> None:
    """Deployment tools write empty values for what they weren't given; they mean the default, or a lack."""
    settings = config.read(EngineSettings, LEAST | {"RECOUP_AUDIENCE": "", "RECOUP_SECRETS": ""})
    assert settings.audience is None
    assert settings.secrets == {}
    assert config.read(SendingSettings, {"RECOUP_SMTP_HOST": ""}).smtp_host is None
    with pytest.raises(InvalidSettings, match=r"^GOOGLE_CLOUD_PROJECT is not set$"):
        config.read(EngineSettings, LEAST | {"GOOGLE_CLOUD_PROJECT": ""})


def test_the_audience_is_the_url_of_the_own_function() -> None:
    """The platform says which function this is, and so which URL a token is meant for, unless it is said."""
    own = LEAST | {"FUNCTION_TARGET": "send_stimulus"}
    assert config.read(EngineSettings, own).own_audience == "https://send_stimulus.example"
    said = own | {"RECOUP_AUDIENCE": "https://other.example"}
    assert config.read(EngineSettings, said).own_audience == "https://other.example"


def test_no_token_is_meant_for_a_function_that_tasks_do_not_call() -> None:
    """A function without a URL among the tasks' targets has an empty audience."""
    assert config.read(EngineSettings, LEAST | {"FUNCTION_TARGET": "ingest_event"}).own_audience == ""
    assert config.read(EngineSettings, LEAST).own_audience == ""


def test_secrets_are_not_in_a_complaint() -> None:
    """A complaint tells what is wrong, never the value, which may be a secret in the wrong place."""
    with pytest.raises(InvalidSettings) as caught:
        config.read(EngineSettings, LEAST | {"RECOUP_SECRETS": "hunter2"})
    assert "hunter2" not in str(caught.value)
