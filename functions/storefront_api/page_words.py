"""What the pages say, in each language."""

from collections.abc import Mapping

WORDS: Mapping[str, Mapping[str, Mapping[str, str]]] = {
    "en": {
        "cart": {
            "title": "Your cart is still here",
            "lead": "This is what you put into it. Prices and stock are as the shop shows them today.",
            "pieces": "Quantity:",
            "link": "Go to the shop",
        },
        "ordered": {
            "title": "This cart is done",
            "lead": "An order was made from it, so there is nothing left to do here.",
            "link": "Go to the shop",
        },
        "gone": {
            "title": "This link no longer works",
            "lead": "It may be too old, or not have been copied whole. Nothing is wrong on your side.",
            "link": "Go to the shop",
        },
        "unsubscribe": {
            "title": "Stop these messages?",
            "lead": "You are about to stop our reminders. Nothing has changed yet.",
            "question": "Which ones?",
            "button": "Stop them",
            "link": "",
        },
        "unsubscribed": {
            "title": "Done, we have stopped",
            "lead": "You will get no more of these messages. You can close this page.",
            "link": "",
        },
        "unavailable": {
            "title": "That did not work just now",
            "lead": "Please try again in a minute. Nothing has changed yet.",
            "link": "",
        },
        "choices": {
            "email": "Reminders by e-mail",
            "sms": "Reminders by text message",
            "whatsapp": "Reminders by WhatsApp",
            "push": "Notifications",
            "all": "All reminders, however they come",
        },
    },
    "pl": {
        "cart": {
            "title": "Twój koszyk nadal tu jest",
            "lead": "Oto, co się w nim znajduje. Aktualne ceny i dostępność pokazuje sklep.",
            "pieces": "Liczba:",
            "link": "Przejdź do sklepu",
        },
        "ordered": {
            "title": "Ten koszyk jest już zamówiony",
            "lead": "Powstało z niego zamówienie, więc nie trzeba tu nic więcej robić.",
            "link": "Przejdź do sklepu",
        },
        "gone": {
            "title": "Ten link już nie działa",
            "lead": "Może jest zbyt stary albo nie został skopiowany w całości. To nie Twój błąd.",
            "link": "Przejdź do sklepu",
        },
        "unsubscribe": {
            "title": "Nie chcesz już tych wiadomości?",
            "lead": "Możesz tu zrezygnować z naszych przypomnień. Na razie nic się nie zmieniło.",
            "question": "Z których?",
            "button": "Rezygnuję",
            "link": "",
        },
        "unsubscribed": {
            "title": "Gotowe, już nie piszemy",
            "lead": "Nie będziemy więcej wysyłać tych wiadomości. Możesz zamknąć tę stronę.",
            "link": "",
        },
        "unavailable": {
            "title": "Tym razem się nie udało",
            "lead": "Spróbuj ponownie za minutę. Na razie nic się nie zmieniło.",
            "link": "",
        },
        "choices": {
            "email": "Przypomnienia e-mailem",
            "sms": "Przypomnienia SMS-em",
            "whatsapp": "Przypomnienia przez WhatsApp",
            "push": "Powiadomienia",
            "all": "Wszystkie przypomnienia, każdą drogą",
        },
    },
}
"""By language and page; `choices` are the answers to a question."""
