"""What an offer's page says, in each language; the same sentences are what an app may show."""

from collections.abc import Mapping

WORDS: Mapping[str, Mapping[str, Mapping[str, str]]] = {
    "en": {
        "open": {
            "title": "An offer for you",
            "lead": "Instead of what you had chosen, we can offer you this, for less.",
        },
        "ready": {
            "title": "Your offer is being prepared",
            "lead": "It can't be accepted yet. Please look again a little later.",
        },
        "accepted": {
            "title": "Thank you, the offer is yours",
            "lead": "We have passed your answer on to the shop, which completes the order with you.",
        },
        "ordered": {
            "title": "This offer is done",
            "lead": "An order was made from it, so there is nothing left to do here.",
        },
        "declined": {
            "title": "You have declined this offer",
            "lead": "Nothing will be ordered. You can close this page.",
        },
        "expired": {
            "title": "This offer has ended",
            "lead": "Its time is over, so it can't be accepted any more.",
        },
        "closed": {
            "title": "This offer is no longer available",
            "lead": "It can't be accepted any more. Nothing is wrong on your side.",
        },
        "unconfirmed": {
            "title": "That did not work just now",
            "lead": "Please try again in a minute. Your answer counts once, however often you send it.",
        },
        "busy": {
            "title": "Too many calls at once",
            "lead": "Please try again in a minute. Nothing has changed yet.",
        },
        "notices": {
            "out_of_date": "The offer has changed since you saw it. This is how it stands now.",
            "accepted": "You have accepted this offer already. If you have changed your mind, contact the shop.",
        },
        "labels": {
            "alternative": "Our offer",
            "wanted": "What you had chosen",
            "price": "Price",
            "unit_price": "Price per piece",
            "regular_price": "Regular price",
            "quantity": "Quantity",
            "total": "Together",
            "until": "Valid until",
            "personalized": (
                "This price was made for you: it was set by an algorithm using your personal data "
                "(automated decision-making)."
            ),
            "details": "See the product",
            "note": "Nothing is charged on this page. If you accept, the shop completes the order with you.",
            "accept": "Accept the offer",
            "decline": "No, thank you",
            "again": "Try again",
            "shop": "Go to the shop",
        },
    },
    "pl": {
        "open": {
            "title": "Oferta dla Ciebie",
            "lead": "Zamiast wybranego produktu możemy zaproponować Ci ten, w niższej cenie.",
        },
        "ready": {
            "title": "Twoja oferta jest przygotowywana",
            "lead": "Nie można jej jeszcze przyjąć. Zajrzyj tu ponownie nieco później.",
        },
        "accepted": {
            "title": "Dziękujemy, oferta jest Twoja",
            "lead": "Przekazaliśmy Twoją odpowiedź sklepowi, który dokończy z Tobą zamówienie.",
        },
        "ordered": {
            "title": "Ta oferta jest już zamówiona",
            "lead": "Powstało z niej zamówienie, więc nie trzeba tu nic więcej robić.",
        },
        "declined": {
            "title": "Oferta została odrzucona",
            "lead": "Nic nie zostanie zamówione. Możesz zamknąć tę stronę.",
        },
        "expired": {
            "title": "Ta oferta wygasła",
            "lead": "Jej czas minął, więc nie można jej już przyjąć.",
        },
        "closed": {
            "title": "Ta oferta nie jest już dostępna",
            "lead": "Nie można jej już przyjąć. To nie Twój błąd.",
        },
        "unconfirmed": {
            "title": "Tym razem się nie udało",
            "lead": "Spróbuj ponownie za minutę. Twoja odpowiedź liczy się raz, nawet wysłana kilka razy.",
        },
        "busy": {
            "title": "Zbyt wiele wywołań naraz",
            "lead": "Spróbuj ponownie za minutę. Na razie nic się nie zmieniło.",
        },
        "notices": {
            "out_of_date": "Oferta zmieniła się od chwili jej wyświetlenia. Oto jej aktualna wersja.",
            "accepted": "Ta oferta została już przyjęta. W razie zmiany zdania skontaktuj się ze sklepem.",
        },
        "labels": {
            "alternative": "Nasza propozycja",
            "wanted": "Wcześniej wybrany produkt",
            "price": "Cena",
            "unit_price": "Cena za sztukę",
            "regular_price": "Cena regularna",
            "quantity": "Liczba",
            "total": "Razem",
            "until": "Oferta ważna do",
            "personalized": (
                "Ta cena powstała dla Ciebie: została indywidualnie dostosowana na podstawie "
                "zautomatyzowanego podejmowania decyzji, z użyciem Twoich danych."
            ),
            "details": "Zobacz produkt",
            "note": "Na tej stronie nic nie płacisz. Jeśli przyjmiesz ofertę, sklep dokończy z Tobą zamówienie.",
            "accept": "Przyjmuję ofertę",
            "decline": "Nie, dziękuję",
            "again": "Spróbuj ponownie",
            "shop": "Przejdź do sklepu",
        },
    },
}
"""By language: pages with their title and first sentence, notices above an offer, and labels."""
