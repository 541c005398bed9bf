"""The function storefront_api."""
