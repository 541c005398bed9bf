# Timers: the queues whose tasks call functions.

locals {
  # Queue by task function and shard: generate-offer, generate-offer-2, ...
  queues = {
    for queue in flatten([
      for function in local.task_functions : [
        for shard in range(var.queue_shards) : {
          name     = "${replace(function, "_", "-")}${shard == 0 ? "" : "-${shard + 1}"}"
          function = function
          shard    = shard
        }
      ]
    ]) : queue.name => queue
  }

  # RECOUP_QUEUES: over which queues the tasks of a function are spread, in an order that never changes.
  shards = {
    for function in local.task_functions : function => [
      for shard in range(var.queue_shards) : one([for name, queue in local.queues : name if queue.function == function && queue.shard == shard])
    ]
  }

  queue_grants = {
    for pair in setproduct(local.engine_functions, keys(local.queues)) : "${pair[0]}/${pair[1]}" => { function = pair[0], queue = pair[1] }
  }
}

# As infra/local/virtual_timer.py: 20 attempts, pauses of 1, 2, 4 ... and at most 300 seconds; then the sweep finds
# what the task was for.
resource "google_cloud_tasks_queue" "queue" {
  for_each = local.queues

  name     = each.key
  location = var.region

  rate_limits {
    max_dispatches_per_second = var.queue_rates[each.value.function].per_second / var.queue_shards
    max_concurrent_dispatches = max(1, floor(var.queue_rates[each.value.function].concurrent / var.queue_shards))
  }

  retry_config {
    max_attempts  = 20
    min_backoff   = "1s"
    max_backoff   = "300s"
    max_doublings = 9
  }

  # One line in a hundred, and so no address of a queue's every task in the logs; errors show in the metrics.
  stackdriver_logging_config {
    sampling_ratio = 0.01
  }

  depends_on = [google_project_service.api]
}

resource "google_cloud_tasks_queue_iam_member" "sets_timers" {
  for_each = local.queue_grants

  name     = google_cloud_tasks_queue.queue[each.value.queue].name
  location = var.region
  role     = "roles/cloudtasks.enqueuer"
  member   = google_service_account.function[each.value.function].member
}
