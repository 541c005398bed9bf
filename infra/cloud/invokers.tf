# Who may call what. Whoever isn't named gets 403 from Google before any code of ours runs. The better known role
# roles/run.invoker may start Cloud Run's jobs as well.

resource "google_cloud_run_v2_service_iam_member" "ingest" {
  for_each = toset([for priority in keys(local.filters) : "ingest-event-${priority}"])

  name     = google_cloudfunctions2_function.function[each.key].name
  location = var.region
  role     = "roles/run.servicesInvoker"
  member   = google_service_account.push.member
}

resource "google_cloud_run_v2_service_iam_member" "task" {
  for_each = local.task_functions

  name     = google_cloudfunctions2_function.function[replace(each.key, "_", "-")].name
  location = var.region
  role     = "roles/run.servicesInvoker"
  member   = google_service_account.tasks.member
}

resource "google_cloud_run_v2_service_iam_member" "pricing" {
  name     = google_cloudfunctions2_function.function["price-offer"].name
  location = var.region
  role     = "roles/run.servicesInvoker"
  member   = google_service_account.function["generate_offer"].member
}

# Shops' platforms, pages, apps and customers call it; it checks signatures, keys and tokens itself.
resource "google_cloud_run_v2_service_iam_member" "public" {
  name     = google_cloudfunctions2_function.function["storefront-api"].name
  location = var.region
  role     = "roles/run.servicesInvoker"
  member   = "allUsers"
}
