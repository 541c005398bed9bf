# The source archive, and who builds functions from it.

resource "google_storage_bucket" "source" {
  name                        = "${var.project}-recoup-source"
  location                    = var.region
  uniform_bucket_level_access = true
  public_access_prevention    = "enforced"
  force_destroy               = true
  depends_on                  = [google_project_service.api]

  # Rolling back goes by revisions, which have their images; archives only serve to build again.
  lifecycle_rule {
    condition {
      age                = 365
      num_newer_versions = 5
    }
    action {
      type = "Delete"
    }
  }

  versioning {
    enabled = true
  }
}

# Its name is its content: the same archive builds nothing again, another one builds every function.
resource "google_storage_bucket_object" "source" {
  name   = "recoup-${substr(var.archive_sha256, 0, 12)}.zip"
  bucket = google_storage_bucket.source.name
  source = var.archive

  lifecycle {
    precondition {
      condition     = filesha256(var.archive) == var.archive_sha256
      error_message = "archive_sha256 is not the SHA-256 of the archive; build it again."
    }
  }
}

resource "google_artifact_registry_repository" "images" {
  repository_id = "recoup"
  location      = var.region
  format        = "DOCKER"
  description   = "Images of the functions' revisions."
  depends_on    = [google_project_service.api]

  cleanup_policy_dry_run = false

  cleanup_policies {
    id     = "old"
    action = "DELETE"

    condition {
      older_than = "7776000s"
    }
  }

  cleanup_policies {
    id     = "recent"
    action = "KEEP"

    most_recent_versions {
      keep_count = 10
    }
  }
}

# Without an account of its own a build would run as the project's default one, which is often an Editor.
resource "google_service_account" "build" {
  account_id   = "recoup-build"
  display_name = "Recoup: builds the functions' images"
  depends_on   = [google_project_service.api]
}

resource "google_artifact_registry_repository_iam_member" "build" {
  repository = google_artifact_registry_repository.images.name
  location   = var.region
  role       = "roles/artifactregistry.writer"
  member     = google_service_account.build.member
}

resource "google_storage_bucket_iam_member" "build" {
  bucket = google_storage_bucket.source.name
  role   = "roles/storage.objectViewer"
  member = google_service_account.build.member
}

# Cloud Functions copies the archive into a bucket that it makes itself at the first deployment, so no grant can name
# the bucket's resource here; the condition keeps the role to buckets of that name.
resource "google_project_iam_member" "build_reads_copies" {
  project = var.project
  role    = "roles/storage.objectViewer"
  member  = google_service_account.build.member

  condition {
    title      = "copies of function sources only"
    expression = "resource.name.startsWith(\"projects/_/buckets/gcf-v2-sources-${local.project_number}-\")"
  }
}

# Logs have no narrower place to be written to than the project.
resource "google_project_iam_member" "build_logs" {
  project = var.project
  role    = "roles/logging.logWriter"
  member  = google_service_account.build.member
}
