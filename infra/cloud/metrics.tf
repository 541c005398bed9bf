# What the functions' log lines tell, counted. The messages are those of common/logs.py's callers.

locals {
  log_metrics = {
    sweeps        = { messages = [local.jobs.sweep.done], what = "Sweeps that were carried out." }
    reconciles    = { messages = [local.jobs.reconcile.done], what = "Looks at unfinished erasures." }
    flags         = { messages = [local.jobs.flags.done], what = "Looks at flags that lapse." }
    examinations  = { messages = [local.jobs.metrics.done], what = "Times that the engine examined itself." }
    unwell        = { messages = ["unwell"], what = "What the engine found wrong with itself." }
    refusals      = { messages = ["intake_refused"], what = "Messages that the engine refused and kept." }
    send_failures = { messages = ["message_rejected", "message_uncertain", "provider_not_ready"], what = "Messages to customers that certainly or perhaps didn't leave." }
    unpriced      = { messages = ["offer_not_priced", "pricing_not_ready", "pricing_circuit_opened"], what = "Offers that were cancelled because no usable price came." }
    refused_hooks = { messages = ["webhook_refused"], what = "Webhooks that weren't signed as the store's own." }
    unavailable   = { messages = ["task_unavailable", "job_unavailable"], what = "Tasks that must be tried again." }
    behind        = { messages = ["intake_behind"], what = "The intake lags behind." }
  }

  metric_types = { for name in keys(local.log_metrics) : name => "logging.googleapis.com/user/${google_logging_metric.lines[name].name}" }
}

resource "google_logging_metric" "lines" {
  for_each = local.log_metrics

  name        = "recoup/${each.key}"
  description = each.value.what
  filter = join(" AND ", [
    "resource.type=\"cloud_run_revision\"",
    "resource.labels.service_name=(${join(" OR ", [for name in keys(local.functions) : "\"${name}\""])})",
    "jsonPayload.message=(${join(" OR ", [for message in each.value.messages : "\"${message}\""])})",
    # A customer for whom there is nothing cheaper is no failure; only that line has less than WARNING. What is worth a
    # look in the morning wakes nobody.
    "severity>=${lookup({ unpriced = "WARNING", unwell = "ERROR" }, each.key, "INFO")}",
  ])

  metric_descriptor {
    metric_kind = "DELTA"
    value_type  = "INT64"
  }

  depends_on = [google_project_service.api]
}

# Cloud Scheduler's own lines: what Firestore answered when it was asked for an export.
resource "google_logging_metric" "failed_exports" {
  name        = "recoup/failed_exports"
  description = "Exports that could not be begun."
  filter      = "resource.type=\"cloud_scheduler_job\" AND resource.labels.job_id=\"${google_cloud_scheduler_job.exports.name}\" AND severity>=ERROR"

  metric_descriptor {
    metric_kind = "DELTA"
    value_type  = "INT64"
  }

  depends_on = [google_project_service.api]
}
