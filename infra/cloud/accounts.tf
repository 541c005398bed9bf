# Who acts: one account per entry point, and two that only call functions. None has a key.

locals {
  # As in main.py. Those that take part in decisions load and save documents, set timers and announce.
  entry_points     = toset(["ingest_event", "generate_offer", "send_stimulus", "expire_vouchers", "storefront_api", "price_offer"])
  engine_functions = setsubtract(local.entry_points, ["price_offer"])
  task_functions   = toset(["generate_offer", "send_stimulus", "expire_vouchers"])
}

resource "google_service_account" "function" {
  for_each = local.entry_points

  account_id   = "recoup-${replace(each.key, "_", "-")}"
  display_name = "Recoup ${each.key}"
  depends_on   = [google_project_service.api]
}

resource "google_service_account" "tasks" {
  account_id   = "recoup-tasks"
  display_name = "Recoup: Cloud Tasks and Cloud Scheduler call as this"
  depends_on   = [google_project_service.api]
}

resource "google_service_account" "push" {
  account_id   = "recoup-push"
  display_name = "Recoup: Pub/Sub pushes as this"
  depends_on   = [google_project_service.api]
}

# What each function calls, and what that takes, is told in docs/permissions.md; tests hold all three together.
#
# Google's own role for documents, roles/datastore.user, can delete them and look into the database's namespaces,
# statistics and indexes; these two hold nothing but what our calls need.
resource "google_project_iam_custom_role" "documents" {
  role_id     = "recoupDocuments"
  title       = "Recoup: read and write documents"
  permissions = ["datastore.entities.create", "datastore.entities.get", "datastore.entities.list", "datastore.entities.update"]
  depends_on  = [google_project_service.api]
}

# Documents are deleted when a person or a store is erased, and otherwise by Firestore itself, once they expire.
resource "google_project_iam_custom_role" "erasures" {
  role_id     = "recoupErasures"
  title       = "Recoup: delete documents"
  permissions = ["datastore.entities.delete"]
  depends_on  = [google_project_service.api]
}

# Firestore's rights are given on a whole project only, not on a database or a collection. The condition keeps them to
# this database.
resource "google_project_iam_member" "documents" {
  for_each = local.engine_functions

  project = var.project
  role    = "projects/${var.project}/roles/${google_project_iam_custom_role.documents.role_id}"
  member  = google_service_account.function[each.key].member

  condition {
    title      = "recoup database only"
    expression = "resource.name == \"projects/${var.project}/databases/${local.database}\""
  }
}

# An erasure is begun where the request comes in, and ended by a scheduled job if it is long.
resource "google_project_iam_member" "erasures" {
  for_each = toset(["ingest_event", "expire_vouchers"])

  project = var.project
  role    = "projects/${var.project}/roles/${google_project_iam_custom_role.erasures.role_id}"
  member  = google_service_account.function[each.key].member

  condition {
    title      = "recoup database only"
    expression = "resource.name == \"projects/${var.project}/databases/${local.database}\""
  }
}

# Whoever sets a timer says as whom it will call: that takes the right to act as the tasks' account.
resource "google_service_account_iam_member" "acts_as_tasks" {
  for_each = local.engine_functions

  service_account_id = google_service_account.tasks.name
  role               = "roles/iam.serviceAccountUser"
  member             = google_service_account.function[each.key].member
}

# Projects of before April 2021 don't let Pub/Sub make tokens by itself; here it may, for this one account.
resource "google_service_account_iam_member" "push_tokens" {
  service_account_id = google_service_account.push.name
  role               = "roles/iam.serviceAccountOpenIdTokenCreator"
  member             = local.pubsub_agent
}
