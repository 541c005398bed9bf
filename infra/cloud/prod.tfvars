# What a shop relies on: warm instances where somebody waits for the answer, more room, longer memory.
environment = "prod"

instances = {
  "ingest-event-order"  = { min = 1, max = 100 }
  "ingest-event-cart"   = { min = 1, max = 200 }
  "ingest-event-browse" = { min = 0, max = 50 }
  "generate-offer"      = { min = 1, max = 50 }
  "send-stimulus"       = { min = 0, max = 20 }
  "expire-vouchers"     = { min = 0, max = 20 }
  "storefront-api"      = { min = 1, max = 100 }
  "price-offer"         = { min = 1, max = 50 }
}

queue_shards = 4

backup_days   = 30
export_days   = 14
analysis_days = 730
budget        = { units = 1000, currency = "EUR" }
