# What operations may do by day and by night, with `recoup` and in the console. There is no page of ours for
# administrators: policy documents are edited in Firestore's own console, which asks for the same rights.

locals {
  sends = [for name, queue in local.queues : name if queue.function == "send_stimulus"]

  # Looking at logs, graphs and functions is given on projects only.
  looks = ["roles/logging.viewer", "roles/monitoring.viewer", "roles/run.viewer"]

  operators = {
    for pair in setproduct(var.operators, keys(local.operator_grants)) : "${pair[0]}/${pair[1]}" => merge({ member = pair[0] }, local.operator_grants[pair[1]])
  }
  operator_grants = merge(
    { for role in local.looks : role => { kind = "project", on = "", role = role } },
    { for queue in keys(local.queues) : "sets timers in ${queue}" => { kind = "queue", on = queue, role = "roles/cloudtasks.enqueuer" } },
    { for queue in local.sends : "pauses ${queue}" => { kind = "queue", on = queue, role = "projects/${var.project}/roles/${google_project_iam_custom_role.pauses.role_id}" } },
    { for name in ["voucher_key", "suppression_key"] : "reads ${name}" => { kind = "secret", on = name, role = "roles/secretmanager.secretAccessor" } },
    { for name in keys(local.dead_letter_topics) : "drains ${name}" => { kind = "subscription", on = name, role = "roles/pubsub.subscriber" } },
  )
}

# `recoup pause` and `recoup resume`.
resource "google_project_iam_custom_role" "pauses" {
  role_id     = "recoupPauses"
  title       = "Recoup: pause and resume sends"
  permissions = ["cloudtasks.queues.get", "cloudtasks.queues.pause", "cloudtasks.queues.resume"]
  depends_on  = [google_project_service.api]
}

resource "google_project_iam_member" "operator_looks" {
  for_each = { for name, one in local.operators : name => one if one.kind == "project" }

  project = var.project
  role    = each.value.role
  member  = each.value.member
}

# Documents as functions read, write and erase them.
resource "google_project_iam_member" "operator_documents" {
  for_each = {
    for pair in setproduct(var.operators, ["documents", "erasures"]) : "${pair[0]}/${pair[1]}" => { member = pair[0], role = pair[1] }
  }

  project = var.project
  role    = "projects/${var.project}/roles/${each.value.role == "documents" ? google_project_iam_custom_role.documents.role_id : google_project_iam_custom_role.erasures.role_id}"
  member  = each.value.member

  condition {
    title      = "recoup database only"
    expression = "resource.name == \"projects/${var.project}/databases/${local.database}\""
  }
}

resource "google_cloud_tasks_queue_iam_member" "operator" {
  for_each = { for name, one in local.operators : name => one if one.kind == "queue" }

  name     = google_cloud_tasks_queue.queue[each.value.on].name
  location = var.region
  role     = each.value.role
  member   = each.value.member
}

# A replayed message may set timers, which call as this account.
resource "google_service_account_iam_member" "operator_acts_as_tasks" {
  for_each = toset(var.operators)

  service_account_id = google_service_account.tasks.name
  role               = "roles/iam.serviceAccountUser"
  member             = each.key
}

resource "google_pubsub_topic_iam_member" "operator_announces" {
  for_each = toset(var.operators)

  topic  = google_pubsub_topic.recovery_events.id
  role   = "roles/pubsub.publisher"
  member = each.key
}

resource "google_pubsub_subscription_iam_member" "operator_drains" {
  for_each = { for name, one in local.operators : name => one if one.kind == "subscription" }

  subscription = google_pubsub_subscription.dead_letters[each.value.on].id
  role         = each.value.role
  member       = each.value.member
}

resource "google_secret_manager_secret_iam_member" "operator_reads" {
  for_each = { for name, one in local.operators : name => one if one.kind == "secret" }

  secret_id = google_secret_manager_secret.secret[each.value.on].id
  role      = each.value.role
  member    = each.value.member
}
