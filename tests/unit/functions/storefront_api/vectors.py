"""Signatures that OpenSSL's command line made of one body, and the calls that carry them."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from functions.storefront_api.calls import Call

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
NOW_SECONDS = 1772452800
SECRET = "shpss_9f3c "
"""Ends with a space, as one that WooCommerce makes may."""
BODY = '{"id":77,"email":"łucja@bielik.example","total":"129.00"}'.encode()
BASE64_SHA256 = "zr9VpvmmU3FUP07Zb4ttjfFKwZvl7usc4clbhPjKE6s="
HEX_SHA256 = "cebf55a6f9a65371543f4ed96f8b6d8df14ac19be5eeeb1ce1c95b84f8ca13ab"
HEX_SHA1 = "aa60f6dd9fe37d0b902a7aba3a157816b8addfd1"
DATED = "t=1772452800,v1=91e93bdee50798b2f5708fcf4876757da67df31b74623df617a51d56bc377767"
STANDARD = "v1,GELRzzR9P7zVfC2f8LACv9oSAYuGW2TFJmIzEtC7T5Q="
MODULUS = (
    "3QfGdwmzKQkz6N_gegfUMlqryxEYSE_wzUE79r0OMsk7P3iAoXO9Ov0XpM29FzKcOLm8dEcCDGVZsbf19Drhqgg3ncfmKKsXltRoLg5b"
    "r1_jCTQd0hzHUQ9PktBH3Jk8HuL6dG74HqYugw5rlu-sgsipG-hUYV9Eg45d1PRB0LlXZbhblvood2wk-W_0djDg_0jaj1Gc896MlsHO"
    "7QpuYixUMwb3jC81jV09fNOnTfzonKzpeo1z8ljnbyKTErU1E32uYX93ijcWaggWJqgp9_0_MPNSDqXqg6vWOS2vjZ0bwTS3m9iuJSiM"
    "ARc1z5avQpIkS9E8OMSeb0WcSoVMqw"
)
KEY_SET = {"keys": [{"kty": "RSA", "use": "sig", "kid": "k1", "n": MODULUS, "e": "AQAB"}]}
JWS = (
    "eyJhbGciOiJSUzI1NiIsImI2NCI6ZmFsc2UsImNyaXQiOlsiYjY0Il0sImtpZCI6ImsxIiwidHlwIjoiSldUIn0.."
    "OzwSAQIqdj1xjM6Pb0_ec-qYOkatWpzjYtgD_qebaa4t4e-ncVdwt3W3EHoQGICQrrmOqE4EqNEPMJHt5TA51Aoh2b3Ee5oIjZnWlfe6"
    "lAgKqDqtJ1s_LTbJMkhocSYCsohbqksgWu2bx8rG33zdNm2BZvxXuY0IpmcdoHGVqdv2SJxjW_7SLuxHgnYM8R5wZUwl9Zh6pxP-LRsL"
    "99I2SLWkH3hnQLKvseic_aGij7Blmv7vOfOBVb3B0ezmNK7gYU9QoQzVDSEdQ_BCvVEgPg6DPCzeA4mXNf2aktKxLx4cNoHyzbPbrgt0"
    "giZct87-yK1_COOmctK9QWE7L1J39A"
)
PEM = """-----BEGIN PUBLIC KEY-----
MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA3QfGdwmzKQkz6N/gegfU
MlqryxEYSE/wzUE79r0OMsk7P3iAoXO9Ov0XpM29FzKcOLm8dEcCDGVZsbf19Drh
qgg3ncfmKKsXltRoLg5br1/jCTQd0hzHUQ9PktBH3Jk8HuL6dG74HqYugw5rlu+s
gsipG+hUYV9Eg45d1PRB0LlXZbhblvood2wk+W/0djDg/0jaj1Gc896MlsHO7Qpu
YixUMwb3jC81jV09fNOnTfzonKzpeo1z8ljnbyKTErU1E32uYX93ijcWaggWJqgp
9/0/MPNSDqXqg6vWOS2vjZ0bwTS3m9iuJSiMARc1z5avQpIkS9E8OMSeb0WcSoVM
qwIDAQAB
-----END PUBLIC KEY-----"""
"""The same key as in KEY_SET."""
RSA_OF_BODY = (
    "MDa/FIVbnTiGWHtKh7aKbvL/A7quj95lR9pCnIYLnVtXlA5nrl6sof0N8mCnpe03BXeaQBzuX1Hf5E0CRxFK2YqR8WFzVYjn9JWEiSNc"
    "bffLp52xMsKEbZtInmbt3MDux2QiKbhbO1ijFepjXZQlT9GihJutXcEQurZN5ZoP0+ldkrsuVffai680PHljtErPl9RdvG5OJAbpHx5Q"
    "RwqwBOu80sKbtCI5WaEouBfMsk4O1nfvtZ64hD722XZStOzgr9rabhvXBZ5xVOOM0EQruGzImDuEOk8A4FXHd6MD9qq3McLXG138521j"
    "6flLLq2WXObR/dFf4A6CaXD5Lj03Fg=="
)
RSA_OF_BASE64 = (
    "GtKOWdOOQ53cmC6tWXGGoAHjRLS114pjjCHmmqck2YA/4ZiCH0/uAXSHJlODd9m9g4R489EMF2nNC7N4HNEemluSdHRE/7E33dntrJj8"
    "hu7oVyY2C/5+8dEc6c87SdVq1bmoslVhX5La+kuIrcsq9BUBlg6FoNcYuv4szREe77WjJbJcKrewZIOTeLcreIsUqcAiXp6HYYI0wv9S"
    "4Sy85M2uQyL5oeSt2B7+guyINBydb4TL+rv6BlV+/RD1Fj9eb0ZxMJjv5kJkZO8IlbxJqzU+Rm8IiwHYaRD5vYYsDUz6CKt4aHDN3URw"
    "jXxuQEgDMN/EHaIdB8JnhHZo4jSFLA=="
)

SIGNED: Mapping[str, Mapping[str, str]] = {
    "shopify": {"x-shopify-hmac-sha256": BASE64_SHA256},
    "woocommerce": {"x-wc-webhook-signature": BASE64_SHA256},
    "commercelayer": {"x-commercelayer-signature": BASE64_SHA256},
    "saleor": {"saleor-signature": HEX_SHA256},
    "medusa": {"x-medusa-signature": HEX_SHA256},
    "segment": {"x-signature": HEX_SHA1},
    "bigcommerce": {
        "webhook-id": "msg_1",
        "webhook-timestamp": str(NOW_SECONDS),
        "webhook-signature": STANDARD,
    },
    "commercetools": {"authorization": SECRET},
    "rudderstack": {"authorization": f"Bearer {SECRET}"},
    "adobe_commerce": {"x-recoup-secret": SECRET},
    "ga4": {"x-recoup-signature": DATED},
    "recoup": {"x-recoup-signature": DATED},
}
"""For each platform, the headers that prove that BODY is its own by SECRET, at NOW."""


def call(source: str = "shopify", headers: Mapping[str, str] | None = None, **changes: Any) -> Call:
    """A webhook call with BODY; signed as its platform does, unless other headers are given."""
    known: dict[str, Any] = {
        "method": "POST",
        "path": ("webhooks", source, "bielik"),
        "headers": SIGNED[source] if headers is None else headers,
        "body": BODY,
    }
    return Call(**known | changes)
