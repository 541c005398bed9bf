# Places for secrets. Their contents never pass through Terraform: operations add versions, and say here which count.

locals {
  slug = { for store in var.stores : store.id => lower(replace(store.id, "/[.-]/", "_")) }
  webhook_secrets = toset(flatten([
    for store in var.stores : [for platform in store.platforms : "webhook_${lower(platform)}_${local.slug[store.id]}"]
  ]))
  api_key_secrets = toset([for slug in values(local.slug) : "api_key_${slug}"])

  # Who reads what; nobody else may.
  secret_readers = merge(
    {
      voucher_key     = local.engine_functions
      suppression_key = local.engine_functions
      token_key       = toset(["send_stimulus", "storefront_api"])
    },
    try(var.smtp.username, null) == null ? {} : { smtp_password = toset(["send_stimulus"]) },
    var.twilio == null ? {} : { twilio_auth_token = toset(["send_stimulus"]) },
    { for name in setunion(local.webhook_secrets, local.api_key_secrets) : name => toset(["storefront_api"]) },
  )
  secret_versions = merge({ voucher_key = 1, suppression_key = 1, token_key = 1 }, var.secret_versions)
  secret_grants = merge([
    for name, readers in local.secret_readers : {
      for reader in readers : "${name}/${reader}" => { name = name, reader = reader }
    }
  ]...)
}

resource "google_secret_manager_secret" "secret" {
  for_each = local.secret_readers

  secret_id           = each.key
  deletion_protection = local.is_prod

  replication {
    auto {}
  }

  depends_on = [google_project_service.api]
}

resource "google_secret_manager_secret_iam_member" "reader" {
  for_each = local.secret_grants

  secret_id = google_secret_manager_secret.secret[each.value.name].id
  role      = "roles/secretmanager.secretAccessor"
  member    = google_service_account.function[each.value.reader].member
}
