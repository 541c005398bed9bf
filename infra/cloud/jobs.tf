# What is done by the clock. Each job's next run does what this one couldn't, so none is tried again at once.

locals {
  # As in functions/expire_vouchers/scheduled.py: `done` is what the log says after each run, and how long it may be
  # missing before somebody is told.
  jobs = {
    sweep     = { schedule = "*/5 * * * *", done = "swept", missing_seconds = 900, what = "Finds cases whose timer got lost." }
    reconcile = { schedule = "2-59/10 * * * *", done = "reconciled", missing_seconds = 3600, what = "Goes on with erasures that didn't fit into the call that brought them." }
    flags     = { schedule = "17 * * * *", done = "flags_lapsed", missing_seconds = 10800, what = "Takes the flag from customers whose last return was long ago." }
    metrics   = { schedule = "37 * * * *", done = "examined", missing_seconds = 10800, what = "Examines the engine as recoup doctor does; what isn't well is logged, counted, and told." }
  }
}

resource "google_cloud_scheduler_job" "job" {
  for_each = local.jobs

  name             = "recoup-${each.key}"
  description      = each.value.what
  region           = var.region
  schedule         = each.value.schedule
  time_zone        = "Etc/UTC"
  attempt_deadline = "${local.functions["expire-vouchers"].timeout_seconds + 10}s"

  retry_config {
    retry_count = 0
  }

  http_target {
    uri         = local.urls["expire-vouchers"]
    http_method = "POST"
    headers     = { "Content-Type" = "application/json" }
    body        = base64encode(jsonencode({ job = each.key }))

    oidc_token {
      service_account_email = google_service_account.tasks.email
      audience              = local.urls["expire-vouchers"]
    }
  }

  depends_on = [google_cloud_run_v2_service_iam_member.task]
}
