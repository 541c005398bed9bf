# What somebody is woken for. docs/operations.md says of each what it means and what to do.

locals {
  ingest_subscriptions = join(", ", [for priority in keys(local.filters) : "\"storefront-events-${priority}\""])
  functions_as_text    = join(", ", [for name in keys(local.functions) : "\"${name}\""])

  # Counts of log lines within a quarter of an hour, unless it says otherwise.
  counted = {
    unwell        = { above = 0, seconds = 3600, title = "The engine isn't well", what = "What recoup doctor would say, found by the engine itself: a source fell silent, timers are late, a policy document can't be used." }
    send_failures = { above = 10, title = "Messages don't leave", what = "A provider rejects messages or doesn't answer, or its secret is missing." }
    unpriced      = { above = 10, title = "Offers are cancelled for want of a price", what = "The pricing algorithm doesn't answer, or answers what can't be used." }
    refused_hooks = { above = 50, title = "Webhooks are refused", what = "A platform signs with another secret than the store's, or somebody tries the door." }
    unavailable   = { above = 100, title = "Tasks fail and are tried again", what = "Firestore, Pub/Sub, Cloud Tasks or Secret Manager doesn't answer, or forbids." }
  }

  # Gauges of Google's own.
  gauges = {
    dead_letters = {
      filter = "resource.type = \"pubsub_subscription\" AND resource.labels.subscription_id = one_of(${join(", ", [for one in google_pubsub_subscription.dead_letters : "\"${one.name}\""])}) AND metric.type = \"pubsub.googleapis.com/subscription/num_undelivered_messages\""
      above  = 0
      for    = "0s"
      title  = "Dead letters"
      what   = "Messages were given up after 20 attempts. They are kept for seven days."
    }
    oldest_unacked = {
      filter = "resource.type = \"pubsub_subscription\" AND resource.labels.subscription_id = one_of(\"storefront-events-order\", \"storefront-events-cart\", \"${google_pubsub_subscription.bigquery.name}\") AND metric.type = \"pubsub.googleapis.com/subscription/oldest_unacked_message_age\""
      above  = 300
      for    = "300s"
      title  = "Events wait"
      what   = "An order or a cart waits for over five minutes: the intake fails, or has too few instances."
    }
    queue_depth = {
      filter = "resource.type = \"cloud_tasks_queue\" AND resource.labels.queue_id = one_of(${join(", ", [for name in keys(local.queues) : "\"${name}\""])}) AND metric.type = \"cloudtasks.googleapis.com/queue/depth\""
      above  = 1000000
      for    = "3600s"
      title  = "A queue fills up"
      what   = "Tasks come faster than they are dispatched, or a queue was left paused."
    }
  }
}

resource "google_monitoring_notification_channel" "email" {
  display_name = "Recoup operations"
  type         = "email"
  labels       = { email_address = var.alert_email }
  depends_on   = [google_project_service.api]
}

resource "google_monitoring_alert_policy" "counted" {
  for_each = local.counted

  display_name          = "Recoup: ${each.value.title}"
  combiner              = "OR"
  severity              = "WARNING"
  notification_channels = [google_monitoring_notification_channel.email.id]

  documentation {
    content = each.value.what
  }

  conditions {
    display_name = each.value.title

    condition_threshold {
      filter          = "resource.type = \"cloud_run_revision\" AND metric.type = \"${local.metric_types[each.key]}\""
      comparison      = "COMPARISON_GT"
      threshold_value = each.value.above
      duration        = "0s"

      aggregations {
        alignment_period     = "${try(each.value.seconds, 900)}s"
        per_series_aligner   = "ALIGN_SUM"
        cross_series_reducer = "REDUCE_SUM"
      }
    }
  }
}

resource "google_monitoring_alert_policy" "gauge" {
  for_each = local.gauges

  display_name          = "Recoup: ${each.value.title}"
  combiner              = "OR"
  severity              = "ERROR"
  notification_channels = [google_monitoring_notification_channel.email.id]

  documentation {
    content = each.value.what
  }

  conditions {
    display_name = each.value.title

    condition_threshold {
      filter          = each.value.filter
      comparison      = "COMPARISON_GT"
      threshold_value = each.value.above
      duration        = each.value.for

      aggregations {
        alignment_period   = "60s"
        per_series_aligner = "ALIGN_MAX"
      }
    }
  }
}

# No sweep for a quarter of an hour is three that didn't happen: the scheduler is dead, or may not call any more.
resource "google_monitoring_alert_policy" "dead_scheduler" {
  display_name          = "Recoup: A scheduled job doesn't run"
  combiner              = "OR"
  severity              = "CRITICAL"
  notification_channels = [google_monitoring_notification_channel.email.id]

  documentation {
    content = "Without the sweep lost timers stay lost, and carts wait for messages that never come."
  }

  dynamic "conditions" {
    for_each = { sweep = "sweeps", reconcile = "reconciles", flags = "flags", metrics = "examinations" }

    content {
      display_name = "No ${conditions.key}"

      condition_absent {
        filter   = "resource.type = \"cloud_run_revision\" AND metric.type = \"${local.metric_types[conditions.value]}\""
        duration = "${local.jobs[conditions.key].missing_seconds}s"

        aggregations {
          alignment_period     = "300s"
          per_series_aligner   = "ALIGN_SUM"
          cross_series_reducer = "REDUCE_SUM"
        }
      }
    }
  }
}

resource "google_monitoring_alert_policy" "exports" {
  display_name          = "Recoup: Documents aren't exported"
  combiner              = "OR"
  severity              = "WARNING"
  notification_channels = [google_monitoring_notification_channel.email.id]

  documentation {
    content = "The weekly copy is missing. Backups are made by themselves and are not concerned."
  }

  conditions {
    display_name = "Firestore refuses to export"

    condition_threshold {
      filter          = "resource.type = \"cloud_scheduler_job\" AND metric.type = \"logging.googleapis.com/user/${google_logging_metric.failed_exports.name}\""
      comparison      = "COMPARISON_GT"
      threshold_value = 2
      duration        = "0s"

      aggregations {
        alignment_period     = "3600s"
        per_series_aligner   = "ALIGN_SUM"
        cross_series_reducer = "REDUCE_SUM"
      }
    }
  }
}

# Of all pushes of the intake, those whose message was refused.
resource "google_monitoring_alert_policy" "refusal_rate" {
  display_name          = "Recoup: Many events are refused"
  combiner              = "OR"
  severity              = "ERROR"
  notification_channels = [google_monitoring_notification_channel.email.id]

  documentation {
    content = "Over one event in twenty isn't understood: a storefront was changed. `recoup dead-letters list` says which."
  }

  conditions {
    display_name = "Share of refused events"

    condition_threshold {
      filter             = "resource.type = \"cloud_run_revision\" AND metric.type = \"${local.metric_types["refusals"]}\""
      denominator_filter = "resource.type = \"cloud_run_revision\" AND resource.labels.service_name = starts_with(\"ingest-event-\") AND metric.type = \"run.googleapis.com/request_count\""
      comparison         = "COMPARISON_GT"
      threshold_value    = 0.05
      duration           = "600s"

      aggregations {
        alignment_period     = "900s"
        per_series_aligner   = "ALIGN_RATE"
        cross_series_reducer = "REDUCE_SUM"
      }

      denominator_aggregations {
        alignment_period     = "900s"
        per_series_aligner   = "ALIGN_RATE"
        cross_series_reducer = "REDUCE_SUM"
      }
    }
  }
}

resource "google_monitoring_alert_policy" "unreachable" {
  display_name          = "Recoup: storefront-api doesn't answer"
  combiner              = "OR"
  severity              = "CRITICAL"
  notification_channels = [google_monitoring_notification_channel.email.id]

  documentation {
    content = "Customers' links, webhooks and voucher checks fail. Roll back if a deployment went before."
  }

  conditions {
    display_name = "Uptime check fails in two places"

    condition_threshold {
      filter          = "resource.type = \"uptime_url\" AND metric.type = \"monitoring.googleapis.com/uptime_check/check_passed\" AND metric.labels.check_id = \"${google_monitoring_uptime_check_config.storefront_api.uptime_check_id}\""
      comparison      = "COMPARISON_GT"
      threshold_value = 1
      duration        = "120s"

      aggregations {
        alignment_period     = "120s"
        per_series_aligner   = "ALIGN_NEXT_OLDER"
        cross_series_reducer = "REDUCE_COUNT_FALSE"
        group_by_fields      = ["resource.label.host"]
      }
    }
  }
}
