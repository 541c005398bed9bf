# A copy of the documents each week, outside of Firestore: it outlives the database, can be read without it, and can be
# imported into another project. It doesn't replace the backups, which are taken at one moment and restored whole.

locals {
  # By name, so that single ones can be imported again. Without `health`, which holds whether sends are paused.
  exported = [
    "cases", "catalog", "catalog_status", "config", "config_status", "customers", "intake_failures", "intake_parts",
    "migrations", "offer_evidence", "orders", "privacy_requests", "shards", "suppressions", "voucher_codes",
  ]
}

# Google wants the bucket near the database.
resource "google_storage_bucket" "exports" {
  name                        = "${var.project}-recoup-exports"
  location                    = lookup({ eur3 = "EU", nam5 = "US", nam7 = "US" }, local.firestore_location, local.firestore_location)
  uniform_bucket_level_access = true
  public_access_prevention    = "enforced"
  force_destroy               = !local.is_prod
  depends_on                  = [google_project_service.api]

  # What is erased here lives on in a copy; it may not for long.
  lifecycle_rule {
    condition {
      age = var.export_days
    }
    action {
      type = "Delete"
    }
  }

  soft_delete_policy {
    retention_duration_seconds = 0
  }
}

resource "google_service_account" "exports" {
  account_id   = "recoup-exports"
  display_name = "Recoup: Cloud Scheduler has documents exported as this"
  depends_on   = [google_project_service.api]
}

# The predefined role would let it import as well, and so overwrite documents.
resource "google_project_iam_custom_role" "exports" {
  role_id     = "recoupExports"
  title       = "Recoup: export documents"
  permissions = ["datastore.databases.export"]
}

resource "google_project_iam_member" "exports" {
  project = var.project
  role    = "projects/${var.project}/roles/${google_project_iam_custom_role.exports.role_id}"
  member  = google_service_account.exports.member
}

# Whoever asks for an export must be able to write it; reading it back is for people.
resource "google_project_iam_custom_role" "export_files" {
  role_id     = "recoupExportFiles"
  title       = "Recoup: write exports"
  permissions = ["storage.buckets.get", "storage.objects.create", "storage.objects.delete", "storage.objects.get", "storage.objects.list"]
}

resource "google_storage_bucket_iam_member" "exports" {
  bucket = google_storage_bucket.exports.name
  role   = "projects/${var.project}/roles/${google_project_iam_custom_role.export_files.role_id}"
  member = google_service_account.exports.member
}

resource "google_cloud_scheduler_job" "exports" {
  name             = "recoup-exports"
  description      = "Has Firestore export its documents into ${google_storage_bucket.exports.name}."
  region           = var.region
  schedule         = var.export_schedule
  time_zone        = "Etc/UTC"
  attempt_deadline = "60s"

  # Google answers at once and exports afterwards: a second try after an answer that got lost is one copy more.
  retry_config {
    retry_count          = 3
    min_backoff_duration = "60s"
  }

  http_target {
    uri         = "https://firestore.googleapis.com/v1/projects/${var.project}/databases/${google_firestore_database.engine.name}:exportDocuments"
    http_method = "POST"
    headers     = { "Content-Type" = "application/json" }
    body = base64encode(jsonencode({
      outputUriPrefix = "gs://${google_storage_bucket.exports.name}"
      collectionIds   = local.exported
    }))

    oauth_token {
      service_account_email = google_service_account.exports.email
      scope                 = "https://www.googleapis.com/auth/datastore"
    }
  }

  depends_on = [google_project_iam_member.exports, google_storage_bucket_iam_member.exports]
}
