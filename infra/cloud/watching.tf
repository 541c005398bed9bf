# The uptime check, the budget and the dashboard.

locals {
  # Not /healthz: on *.run.app Google's front end keeps addresses that end in z for itself. Both are answered alike.
  health_path = "/health"

  plots = [
    { title = "Events taken, a second", filter = "resource.type = \"cloud_run_revision\" AND resource.labels.service_name = starts_with(\"ingest-event-\") AND metric.type = \"run.googleapis.com/request_count\"", aligner = "ALIGN_RATE", by = ["resource.label.service_name"] },
    { title = "Oldest event that waits, seconds", filter = "resource.type = \"pubsub_subscription\" AND resource.labels.subscription_id = one_of(${local.ingest_subscriptions}) AND metric.type = \"pubsub.googleapis.com/subscription/oldest_unacked_message_age\"", aligner = "ALIGN_MAX", by = ["resource.label.subscription_id"] },
    { title = "Refused events", filter = "metric.type = \"${local.metric_types["refusals"]}\" AND resource.type = \"cloud_run_revision\"", aligner = "ALIGN_SUM", by = ["resource.label.service_name"] },
    { title = "Late messages that were noted", filter = "metric.type = \"${local.metric_types["behind"]}\" AND resource.type = \"cloud_run_revision\"", aligner = "ALIGN_SUM", by = ["resource.label.service_name"] },
    { title = "Dead letters", filter = local.gauges.dead_letters.filter, aligner = "ALIGN_MAX", by = ["resource.label.subscription_id"] },
    { title = "Tasks in the queues", filter = local.gauges.queue_depth.filter, aligner = "ALIGN_MAX", by = ["resource.label.queue_id"] },
    { title = "Messages that didn't leave", filter = "metric.type = \"${local.metric_types["send_failures"]}\" AND resource.type = \"cloud_run_revision\"", aligner = "ALIGN_SUM", by = ["resource.label.service_name"] },
    { title = "Offers without a price", filter = "metric.type = \"${local.metric_types["unpriced"]}\" AND resource.type = \"cloud_run_revision\"", aligner = "ALIGN_SUM", by = ["resource.label.service_name"] },
    { title = "Answers by status, a second", filter = "resource.type = \"cloud_run_revision\" AND resource.labels.service_name = one_of(${local.functions_as_text}) AND metric.type = \"run.googleapis.com/request_count\"", aligner = "ALIGN_RATE", by = ["metric.label.response_code_class"] },
    { title = "Latency, 95th percentile, ms", filter = "resource.type = \"cloud_run_revision\" AND resource.labels.service_name = one_of(${local.functions_as_text}) AND metric.type = \"run.googleapis.com/request_latencies\"", aligner = "ALIGN_PERCENTILE_95", by = ["resource.label.service_name"] },
    { title = "Instances", filter = "resource.type = \"cloud_run_revision\" AND resource.labels.service_name = one_of(${local.functions_as_text}) AND metric.type = \"run.googleapis.com/container/instance_count\"", aligner = "ALIGN_MAX", by = ["resource.label.service_name"] },
  ]
}

resource "google_monitoring_uptime_check_config" "storefront_api" {
  display_name = "Recoup storefront-api"
  timeout      = "10s"
  period       = "60s"

  http_check {
    path         = local.health_path
    port         = 443
    use_ssl      = true
    validate_ssl = true
  }

  monitored_resource {
    type = "uptime_url"
    labels = {
      project_id = var.project
      host       = trimprefix(local.urls["storefront-api"], "https://")
    }
  }

  depends_on = [google_cloud_run_v2_service_iam_member.public]
}

resource "google_billing_budget" "month" {
  count = var.billing_account == null ? 0 : 1

  billing_account = var.billing_account
  display_name    = "Recoup ${var.project}"

  budget_filter {
    projects = ["projects/${local.project_number}"]
  }

  amount {
    specified_amount {
      units         = tostring(var.budget.units)
      currency_code = var.budget.currency
    }
  }

  threshold_rules {
    threshold_percent = 0.5
  }

  threshold_rules {
    threshold_percent = 1.0
  }

  threshold_rules {
    threshold_percent = 1.0
    spend_basis       = "FORECASTED_SPEND"
  }

  all_updates_rule {
    monitoring_notification_channels = [google_monitoring_notification_channel.email.id]
  }

  depends_on = [google_project_service.api]
}

resource "google_monitoring_dashboard" "engine" {
  dashboard_json = jsonencode({
    displayName = "Recoup"
    mosaicLayout = {
      columns = 12
      tiles = [
        for position, plot in local.plots : {
          xPos   = position % 2 * 6
          yPos   = floor(position / 2) * 4
          width  = 6
          height = 4
          widget = {
            title = plot.title
            xyChart = {
              dataSets = [{
                plotType = "LINE"
                timeSeriesQuery = {
                  timeSeriesFilter = {
                    filter = plot.filter
                    aggregation = {
                      alignmentPeriod    = "60s"
                      perSeriesAligner   = plot.aligner
                      crossSeriesReducer = plot.aligner == "ALIGN_MAX" || plot.aligner == "ALIGN_PERCENTILE_95" ? "REDUCE_MAX" : "REDUCE_SUM"
                      groupByFields      = plot.by
                    }
                  }
                }
              }]
            }
          }
        }
      ]
    }
  })

  depends_on = [google_project_service.api]
}
