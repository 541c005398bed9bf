# recovery-events in BigQuery, without code; bigquery/README.md says why the table is as it is.

locals {
  dataset = "${var.project}.recoup"
  views   = toset([for file in fileset("${path.module}/bigquery/views", "*.sql") : trimsuffix(file, ".sql")])
  queries = { for view in local.views : view => templatefile("${path.module}/bigquery/views/${view}.sql", { dataset = local.dataset }) }
}

resource "google_bigquery_dataset" "recoup" {
  dataset_id                 = "recoup"
  friendly_name              = "Recoup"
  description                = "What the engine announced, and what it brought back."
  location                   = coalesce(var.bigquery_location, var.region)
  delete_contents_on_destroy = !local.is_prod
  depends_on                 = [google_project_service.api]
}

resource "google_bigquery_table" "recovery_events" {
  dataset_id          = google_bigquery_dataset.recoup.dataset_id
  table_id            = "recovery_events"
  schema              = file("${path.module}/bigquery/recovery_events.json")
  deletion_protection = local.is_prod

  time_partitioning {
    type          = "DAY"
    field         = "publish_time"
    expiration_ms = var.analysis_days * 24 * 60 * 60 * 1000
  }
}

resource "google_bigquery_table" "events" {
  dataset_id          = google_bigquery_dataset.recoup.dataset_id
  table_id            = "events"
  deletion_protection = false

  view {
    query          = local.queries["events"]
    use_legacy_sql = false
  }

  depends_on = [google_bigquery_table.recovery_events]
}

# All of these read `events`, which must be there before them.
resource "google_bigquery_table" "view" {
  for_each = setsubtract(local.views, ["events"])

  dataset_id          = google_bigquery_dataset.recoup.dataset_id
  table_id            = each.key
  deletion_protection = false

  view {
    query          = local.queries[each.key]
    use_legacy_sql = false
  }

  depends_on = [google_bigquery_table.events]
}

resource "google_bigquery_table_iam_member" "writes" {
  dataset_id = google_bigquery_dataset.recoup.dataset_id
  table_id   = google_bigquery_table.recovery_events.table_id
  role       = "roles/bigquery.dataEditor"
  member     = local.pubsub_agent
}

resource "google_pubsub_subscription" "bigquery" {
  name                       = "recovery-events-bigquery"
  topic                      = google_pubsub_topic.recovery_events.id
  message_retention_duration = "604800s"

  bigquery_config {
    table            = "${google_bigquery_table.recovery_events.project}.${google_bigquery_table.recovery_events.dataset_id}.${google_bigquery_table.recovery_events.table_id}"
    write_metadata   = true
    use_table_schema = false
    use_topic_schema = false
  }

  retry_policy {
    minimum_backoff = "10s"
    maximum_backoff = "600s"
  }

  dead_letter_policy {
    dead_letter_topic     = google_pubsub_topic.unwritten.id
    max_delivery_attempts = 20
  }

  expiration_policy {
    ttl = ""
  }

  depends_on = [google_bigquery_table_iam_member.writes, google_pubsub_topic_iam_member.forwards]
}

# Once a day the rows about people whom the engine was told to forget are deleted.
resource "google_service_account" "forgets" {
  account_id   = "recoup-analytics-erasure"
  display_name = "Recoup: deletes announcements about erased customers"
  depends_on   = [google_project_service.api]
}

resource "google_bigquery_table_iam_member" "forgets" {
  dataset_id = google_bigquery_dataset.recoup.dataset_id
  table_id   = google_bigquery_table.recovery_events.table_id
  role       = "roles/bigquery.dataEditor"
  member     = google_service_account.forgets.member
}

# To run a query at all is a right of the project; there is no narrower one.
resource "google_project_iam_member" "forgets" {
  project = var.project
  role    = "roles/bigquery.jobUser"
  member  = google_service_account.forgets.member
}

resource "google_bigquery_data_transfer_config" "forgets" {
  display_name         = "Recoup: forget erased customers"
  data_source_id       = "scheduled_query"
  location             = google_bigquery_dataset.recoup.location
  schedule             = "every day 03:30"
  service_account_name = google_service_account.forgets.email

  params = {
    query = templatefile("${path.module}/bigquery/erase.sql", { dataset = local.dataset })
  }

  depends_on = [google_bigquery_table_iam_member.forgets, google_project_iam_member.forgets]
}
