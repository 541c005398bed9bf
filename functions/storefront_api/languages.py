"""The languages that customers are spoken to in."""

LANGUAGES = ("en", "pl")


def language(*wanted: str | None) -> str:
    """The first of the wanted locales (BCP 47, or an Accept-Language header) that we speak; else English."""
    for locales in wanted:
        for locale in (locales or "").split(",")[:10]:
            tag = locale.strip().replace("_", "-").partition(";")[0].partition("-")[0].lower()
            if tag in LANGUAGES:
                return tag
    return "en"
