"""HTTP in: platforms' webhooks, events from a storefront's own pages and apps, vouchers, and the links of messages."""
