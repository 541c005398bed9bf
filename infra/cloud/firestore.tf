# The documents. Their classes are named in common/application/documents.py.

locals {
  database           = "(default)"
  firestore_location = coalesce(var.firestore_location, var.region)

  # What the engine's queries look for, besides documents' ids. Everything else of these collections has no index:
  # an index nobody reads costs a write and room for each field of each document, and the documents are large.
  searched = {
    cases            = { next_due_at = "order", customer_id = "order", store = "order" }
    customers        = { returned_until = "order", merged_into = "order", store = "order", apart_from = "contains", shared_by = "contains" }
    orders           = { customer_id = "order", store = "order" }
    voucher_codes    = { customer_id = "order", store = "order" }
    privacy_requests = { state = "order", store = "order", subject_ids = "contains" }
    intake_failures  = { state = "order", store = "order" }
    intake_parts     = {}
    offer_evidence   = {}
    catalog          = {}
    shards           = {}
  }
  searched_fields = merge([
    for collection, fields in local.searched : {
      for field, kind in fields : "${collection}/${field}" => { collection = collection, field = field, kind = kind }
    }
  ]...)

  # As common/application/retention.py and intake.py keep documents.
  expiring = toset([
    "cases", "customers", "orders", "voucher_codes", "privacy_requests", "intake_failures", "intake_parts", "offer_evidence",
  ])
}

resource "google_firestore_database" "engine" {
  name                              = local.database
  location_id                       = local.firestore_location
  type                              = "FIRESTORE_NATIVE"
  concurrency_mode                  = "OPTIMISTIC"
  point_in_time_recovery_enablement = local.is_prod ? "POINT_IN_TIME_RECOVERY_ENABLED" : "POINT_IN_TIME_RECOVERY_DISABLED"
  delete_protection_state           = local.is_prod ? "DELETE_PROTECTION_ENABLED" : "DELETE_PROTECTION_DISABLED"
  deletion_policy                   = local.is_prod ? "ABANDON" : "DELETE"
  depends_on                        = [google_project_service.api]
}

# The one composite index: cheaper products of a shelf, the dearest first.
resource "google_firestore_index" "shelves" {
  database   = google_firestore_database.engine.name
  collection = "catalog"

  fields {
    field_path   = "shelves"
    array_config = "CONTAINS"
  }

  fields {
    field_path = "price.minor"
    order      = "DESCENDING"
  }
}

# No field of these collections is indexed by itself,
resource "google_firestore_field" "unsearched" {
  for_each = local.searched

  database   = google_firestore_database.engine.name
  collection = each.key
  field      = "*"

  index_config {}
}

# but for those that are looked for,
resource "google_firestore_field" "searched" {
  for_each = local.searched_fields

  database   = google_firestore_database.engine.name
  collection = each.value.collection
  field      = each.value.field

  index_config {
    indexes {
      order        = each.value.kind == "order" ? "ASCENDING" : null
      array_config = each.value.kind == "contains" ? "CONTAINS" : null
      query_scope  = "COLLECTION"
    }
  }
}

# and this one, which Firestore itself goes by. Without an index, whose rising moments would be one hot spot.
resource "google_firestore_field" "expire_at" {
  for_each = local.expiring

  database   = google_firestore_database.engine.name
  collection = each.key
  field      = "expire_at"

  index_config {}
  ttl_config {}
}

resource "google_firestore_backup_schedule" "daily" {
  database  = google_firestore_database.engine.name
  retention = "${var.backup_days * 24 * 60 * 60}s"

  daily_recurrence {}
}

# A weekly one that outlives a mistake which nobody notices for a month; 14 weeks is the longest that there is.
resource "google_firestore_backup_schedule" "weekly" {
  count = local.is_prod ? 1 : 0

  database  = google_firestore_database.engine.name
  retention = "${14 * 7 * 24 * 60 * 60}s"

  weekly_recurrence {
    day = "SUNDAY"
  }
}
