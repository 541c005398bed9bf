# The functions: one archive, an entry point each, and instances of their own.

locals {
  # Concurrency is the number of threads of the one worker: they wait for Google most of the time. Task functions have
  # as long as a task's dispatch deadline; the sweep works for four minutes, so expire-vouchers has five.
  # Internal ingress takes Pub/Sub, Cloud Tasks and Cloud Scheduler of this project. A call from one function to
  # another counts as external, so price-offer is open to the net and closed by its invoker.
  functions = {
    "ingest-event-order"  = { entry_point = "ingest_event", memory = "512Mi", concurrency = 16, timeout_seconds = 120, min = 0, max = 20, ingress = "ALLOW_INTERNAL_ONLY" }
    "ingest-event-cart"   = { entry_point = "ingest_event", memory = "512Mi", concurrency = 16, timeout_seconds = 120, min = 0, max = 20, ingress = "ALLOW_INTERNAL_ONLY" }
    "ingest-event-browse" = { entry_point = "ingest_event", memory = "512Mi", concurrency = 16, timeout_seconds = 120, min = 0, max = 5, ingress = "ALLOW_INTERNAL_ONLY" }
    "generate-offer"      = { entry_point = "generate_offer", memory = "512Mi", concurrency = 16, timeout_seconds = 120, min = 0, max = 10, ingress = "ALLOW_INTERNAL_ONLY" }
    "send-stimulus"       = { entry_point = "send_stimulus", memory = "512Mi", concurrency = 8, timeout_seconds = 120, min = 0, max = 10, ingress = "ALLOW_INTERNAL_ONLY" }
    "expire-vouchers"     = { entry_point = "expire_vouchers", memory = "512Mi", concurrency = 8, timeout_seconds = 300, min = 0, max = 10, ingress = "ALLOW_INTERNAL_ONLY" }
    "storefront-api"      = { entry_point = "storefront_api", memory = "512Mi", concurrency = 16, timeout_seconds = 60, min = 0, max = 20, ingress = "ALLOW_ALL" }
    "price-offer"         = { entry_point = "price_offer", memory = "512Mi", concurrency = 8, timeout_seconds = 30, min = 0, max = 10, ingress = "ALLOW_ALL" }
  }

  # Known before the functions are there, so that each can be told of the others; `address` below proves it.
  urls = { for name in keys(local.functions) : name => "https://${name}-${local.project_number}.${var.region}.run.app" }
}

resource "google_cloudfunctions2_function" "function" {
  for_each = local.functions

  name     = each.key
  location = var.region

  build_config {
    runtime           = var.runtime
    entry_point       = each.value.entry_point
    docker_repository = google_artifact_registry_repository.images.id
    service_account   = google_service_account.build.id

    source {
      storage_source {
        bucket = google_storage_bucket.source.name
        object = google_storage_bucket_object.source.name
      }
    }

    automatic_update_policy {}
  }

  service_config {
    service_account_email            = google_service_account.function[each.value.entry_point].email
    available_memory                 = each.value.memory
    available_cpu                    = "1"
    timeout_seconds                  = each.value.timeout_seconds
    max_instance_request_concurrency = each.value.concurrency
    min_instance_count               = try(var.instances[each.key].min, each.value.min)
    max_instance_count               = try(var.instances[each.key].max, each.value.max)
    ingress_settings                 = each.value.ingress
    all_traffic_on_latest_revision   = true
    environment_variables            = local.environments[each.key]
  }

  depends_on = [
    google_artifact_registry_repository_iam_member.build,
    google_project_iam_member.build_logs,
    google_project_iam_member.build_reads_copies,
    google_storage_bucket_iam_member.build,
  ]
}

# Cloud Run lists all addresses of a service; that which everything was told must be among them.
data "google_cloud_run_v2_service" "address" {
  for_each = local.functions

  name       = each.key
  location   = var.region
  depends_on = [google_cloudfunctions2_function.function]

  lifecycle {
    postcondition {
      condition     = contains(self.urls, local.urls[each.key])
      error_message = "${each.key} doesn't have the address ${local.urls[each.key]}, by which tasks and tokens name it."
    }
  }
}
