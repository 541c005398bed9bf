variable "project" {
  description = "The project's id."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{4,28}[a-z0-9]$", var.project))
    error_message = "A project id has 6 to 30 small letters, digits and hyphens, and begins with a letter."
  }
}

variable "region" {
  description = "Where everything runs. Firestore's place can't be changed later."
  type        = string
}

variable "environment" {
  description = "dev or prod; prod is protected from deletion."
  type        = string

  validation {
    condition     = contains(["dev", "prod"], var.environment)
    error_message = "The environment is dev or prod."
  }
}

variable "archive" {
  description = "Path of the source archive that archive.sh built."
  type        = string
}

variable "archive_sha256" {
  description = "The archive's SHA-256 in hex; the archive is named by it."
  type        = string

  validation {
    condition     = can(regex("^[0-9a-f]{64}$", var.archive_sha256))
    error_message = "A SHA-256 has 64 hexadecimal digits in small letters."
  }
}

variable "runtime" {
  description = "The functions' Python."
  type        = string
  default     = "python313"
}

variable "firestore_location" {
  description = "Where the documents are: a region, or eur3 or nam5. null = the region."
  type        = string
  default     = null
}

variable "bigquery_location" {
  description = "Where the announcements are analysed: a region, EU or US. null = the region."
  type        = string
  default     = null
}

variable "log_severity" {
  description = "The least severity that the functions log."
  type        = string
  default     = "INFO"

  validation {
    condition     = contains(["DEBUG", "INFO", "WARNING", "ERROR"], var.log_severity)
    error_message = "The severity is DEBUG, INFO, WARNING or ERROR."
  }
}

variable "traces_endpoint" {
  description = "Where a collector takes OpenTelemetry's spans by OTLP over HTTP. null = no spans are made."
  type        = string
  default     = null
}

variable "stores" {
  description = "The stores and the platforms whose signed webhooks are taken for each; every one has secrets of its own."
  type = list(object({
    id        = string
    platforms = optional(list(string), [])
  }))
  default = []

  validation {
    condition     = alltrue([for store in var.stores : can(regex("^[A-Za-z0-9._-]{1,200}$", store.id))])
    error_message = "A store's id has letters, digits, dots, underscores and hyphens, 200 at most."
  }
}

variable "secret_versions" {
  description = "Number of the version in use, by the secret's name. A secret that isn't named here is not configured, except the three keys, whose version is then 1."
  type        = map(number)
  default     = {}
}

variable "smtp" {
  description = "The mail server. null = no email is sent. With a username, the secret smtp_password is needed."
  type = object({
    host            = string
    port            = optional(number, 587)
    username        = optional(string)
    security        = optional(string, "starttls")
    timeout_seconds = optional(number, 20)
  })
  default = null
}

variable "twilio" {
  description = "The account for SMS and WhatsApp. null = none is sent. The secret twilio_auth_token is needed."
  type = object({
    account_sid     = string
    api_key         = optional(string)
    status_callback = optional(string)
    timeout_seconds = optional(number, 10)
  })
  default = null
}

variable "pricing" {
  description = "The merchant's own pricing algorithm. null = the deployed price-offer."
  type = object({
    url      = string
    audience = optional(string)
  })
  default = null
}

variable "proxy_hops" {
  description = "Proxies of ours before storefront-api: 1 = Google's front end alone, 2 = a load balancer before it."
  type        = number
  default     = 1
}

variable "instances" {
  description = "Fewest and most instances by function, where the table in functions.tf doesn't fit."
  type = map(object({
    min = number
    max = number
  }))
  default = {}
}

variable "queue_shards" {
  description = "Queues per task function, over which its tasks are spread. A queue dispatches at most 500 tasks a second."
  type        = number
  default     = 1

  validation {
    condition     = var.queue_shards >= 1 && var.queue_shards <= 50 && floor(var.queue_shards) == var.queue_shards
    error_message = "There are 1 to 50 shards."
  }
}

variable "queue_rates" {
  description = "Dispatches a second, and at the same time, of all the queues of a task function together."
  type = map(object({
    per_second = number
    concurrent = number
  }))
  default = {
    generate_offer  = { per_second = 200, concurrent = 160 }
    send_stimulus   = { per_second = 50, concurrent = 80 }
    expire_vouchers = { per_second = 100, concurrent = 80 }
  }

  validation {
    condition     = alltrue([for rate in values(var.queue_rates) : rate.per_second > 0 && rate.per_second <= 500 * var.queue_shards])
    error_message = "A queue dispatches at most 500 tasks a second; raise queue_shards."
  }
}

variable "backup_days" {
  description = "How long daily backups of the documents are kept."
  type        = number
  default     = 7
}

variable "export_schedule" {
  description = "When documents are exported, as cron in UTC; Sundays. Each export is billed a read per document."
  type        = string
  default     = "23 2 * * 0"
}

variable "export_days" {
  description = "How long exports are kept. They still hold customers who are erased meanwhile."
  type        = number
  default     = 14

  validation {
    condition     = var.export_days >= 1 && var.export_days <= 30
    error_message = "Exports are kept for 1 to 30 days: a request for erasure has to be done with within a month."
  }
}

variable "analysis_days" {
  description = "How long BigQuery keeps announcements."
  type        = number
  default     = 730
}

variable "operators" {
  description = "Who may use recoup on this project and look at its logs, such as group:ops@shop.example. They may not deploy."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for one in var.operators : can(regex("^(user|group|serviceAccount):[^@\\s]+@[^@\\s]+$", one))])
    error_message = "An operator is user:, group: or serviceAccount: with an e-mail address."
  }
}

variable "alert_email" {
  description = "Who is told when something is wrong."
  type        = string
}

variable "billing_account" {
  description = "Id of the billing account, for the budget. null = no budget is made."
  type        = string
  default     = null
}

variable "budget" {
  description = "The month's budget."
  type = object({
    units    = number
    currency = string
  })
  default = { units = 100, currency = "EUR" }
}
