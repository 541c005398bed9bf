# The topics and who listens.
#
# storefront-events has no schema, on purpose: Pub/Sub would refuse what doesn't fit it in the face of the publisher, and
# the event would be gone. The engine takes anything, in the languages of many platforms, keeps what it refuses with the
# reason, and can replay it. What the engine itself says has one: see docs/decisions/0030-schemas.md.

locals {
  # As FILTERS in common/application/priorities.py: every message passes exactly one.
  filters = {
    order  = "NOT attributes.priority = \"browse\" AND NOT attributes.priority = \"cart\" AND (attributes:priority OR (NOT hasPrefix(attributes.X-Shopify-Topic, \"carts/\") AND NOT hasPrefix(attributes.X-Shopify-Topic, \"checkouts/\")))"
    cart   = "attributes.priority = \"cart\" OR (NOT attributes:priority AND (hasPrefix(attributes.X-Shopify-Topic, \"carts/\") OR hasPrefix(attributes.X-Shopify-Topic, \"checkouts/\")))"
    browse = "attributes.priority = \"browse\""
  }
}

resource "google_pubsub_topic" "storefront_events" {
  name                       = "storefront-events"
  message_retention_duration = "604800s"
  depends_on                 = [google_project_service.api]
}

# Another definition is another revision of it, beside the former ones: while two versions of the engine serve side by
# side, both fit.
resource "google_pubsub_schema" "recovery_events" {
  name       = "recovery-events"
  type       = "PROTOCOL_BUFFER"
  definition = file("${path.module}/recovery_events.proto")
  depends_on = [google_project_service.api]
}

resource "google_pubsub_topic" "recovery_events" {
  name                       = "recovery-events"
  message_retention_duration = "604800s"

  schema_settings {
    schema   = "projects/${var.project}/schemas/${google_pubsub_schema.recovery_events.name}"
    encoding = "JSON"
  }
}

resource "google_pubsub_topic" "dead_letters" {
  name                       = "storefront-events-dead-letters"
  message_retention_duration = "604800s"
  depends_on                 = [google_project_service.api]
}

resource "google_pubsub_topic" "unwritten" {
  name                       = "recovery-events-dead-letters"
  message_retention_duration = "604800s"
  depends_on                 = [google_project_service.api]
}

# The push has the function's whole time-out before Pub/Sub thinks that it was lost.
resource "google_pubsub_subscription" "ingest" {
  for_each = local.filters

  name                       = "storefront-events-${each.key}"
  topic                      = google_pubsub_topic.storefront_events.id
  filter                     = each.value
  ack_deadline_seconds       = local.functions["ingest-event-${each.key}"].timeout_seconds + 30
  message_retention_duration = "604800s"

  # The topic's name in the path is where the functions framework looks for it.
  push_config {
    push_endpoint = "${local.urls["ingest-event-${each.key}"]}/${google_pubsub_topic.storefront_events.id}"

    oidc_token {
      service_account_email = google_service_account.push.email
      audience              = local.urls["ingest-event-${each.key}"]
    }
  }

  retry_policy {
    minimum_backoff = "10s"
    maximum_backoff = "600s"
  }

  dead_letter_policy {
    dead_letter_topic     = google_pubsub_topic.dead_letters.id
    max_delivery_attempts = 20
  }

  expiration_policy {
    ttl = ""
  }

  depends_on = [
    google_cloud_run_v2_service_iam_member.ingest,
    google_pubsub_topic_iam_member.forwards,
    google_service_account_iam_member.push_tokens,
  ]
}

locals {
  dead_letter_topics = {
    storefront = google_pubsub_topic.dead_letters
    recovery   = google_pubsub_topic.unwritten
  }
}

# `recoup dead-letters pull` takes from the first; acknowledged messages can be had back for a week.
resource "google_pubsub_subscription" "dead_letters" {
  for_each = local.dead_letter_topics

  name                       = each.value.name
  topic                      = each.value.id
  ack_deadline_seconds       = 60
  message_retention_duration = "604800s"
  retain_acked_messages      = true

  expiration_policy {
    ttl = ""
  }
}

# Forwarding a dead letter is done by Google's account: it publishes here and acknowledges there.
resource "google_pubsub_topic_iam_member" "forwards" {
  for_each = local.dead_letter_topics

  topic  = each.value.id
  role   = "roles/pubsub.publisher"
  member = local.pubsub_agent
}

resource "google_pubsub_subscription_iam_member" "forwards" {
  for_each = merge(google_pubsub_subscription.ingest, { bigquery = google_pubsub_subscription.bigquery })

  subscription = each.value.id
  role         = "roles/pubsub.subscriber"
  member       = local.pubsub_agent
}

resource "google_pubsub_topic_iam_member" "announces" {
  for_each = local.engine_functions

  topic  = google_pubsub_topic.recovery_events.id
  role   = "roles/pubsub.publisher"
  member = google_service_account.function[each.key].member
}

resource "google_pubsub_topic_iam_member" "takes_webhooks" {
  topic  = google_pubsub_topic.storefront_events.id
  role   = "roles/pubsub.publisher"
  member = google_service_account.function["storefront_api"].member
}
