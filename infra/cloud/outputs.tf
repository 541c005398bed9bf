output "function_urls" {
  description = "Address of each function."
  value       = local.urls
}

output "storefront_url" {
  description = "Where webhooks, storefronts and customers' links go."
  value       = local.urls["storefront-api"]
}

output "topics" {
  description = "Full names of the topics."
  value = {
    storefront_events = google_pubsub_topic.storefront_events.id
    recovery_events   = google_pubsub_topic.recovery_events.id
    dead_letters      = google_pubsub_topic.dead_letters.id
  }
}

output "subscriptions" {
  description = "Full names of the subscriptions that operations pull from."
  value       = { for name, subscription in google_pubsub_subscription.dead_letters : "${name}_dead_letters" => subscription.id }
}

output "queues" {
  description = "Full names of the queues, by their short ones; to pause them all is to stop every send."
  value       = { for name, queue in google_cloud_tasks_queue.queue : name => queue.id }
}

output "secrets" {
  description = "The version of each secret that functions read; null = none yet, name it in secret_versions."
  value       = { for name in keys(local.secret_readers) : name => lookup(local.secret_versions, name, null) }
}

output "service_accounts" {
  description = "Who acts: by entry point, and the callers."
  value = merge(
    { for name, account in google_service_account.function : name => account.email },
    { tasks = google_service_account.tasks.email, push = google_service_account.push.email },
  )
}

output "dashboard_url" {
  description = "The dashboard in the console."
  value       = "https://console.cloud.google.com/monitoring/dashboards/builder/${basename(google_monitoring_dashboard.engine.id)}?project=${var.project}"
}

output "uptime_url" {
  description = "What the uptime check asks."
  value       = "${local.urls["storefront-api"]}${local.health_path}"
}
