# What the functions are told: the fields of the classes in common/config.py that each one's code reads.

locals {
  secrets_of = {
    for function in local.engine_functions : function => {
      for name, readers in local.secret_readers : name => "projects/${var.project}/secrets/${name}/versions/${local.secret_versions[name]}"
      if contains(readers, function) && contains(keys(local.secret_versions), name)
    }
  }

  # EngineSettings
  engine_settings = {
    for name, function in local.functions : name => merge(
      {
        GOOGLE_CLOUD_PROJECT         = var.project
        RECOUP_FIRESTORE_DATABASE    = local.database
        RECOUP_RECOVERY_TOPIC        = google_pubsub_topic.recovery_events.name
        RECOUP_STOREFRONT_TOPIC      = google_pubsub_topic.storefront_events.name
        RECOUP_LOCATION              = var.region
        RECOUP_QUEUES                = jsonencode(local.shards)
        RECOUP_FUNCTION_URLS         = jsonencode({ for target in local.task_functions : target => local.urls[replace(target, "_", "-")] })
        RECOUP_TASKS_SERVICE_ACCOUNT = google_service_account.tasks.email
        RECOUP_SECRETS               = jsonencode(local.secrets_of[function.entry_point])
        RECOUP_LOG                   = var.log_severity
      },
      contains(local.task_functions, function.entry_point) ? { RECOUP_AUDIENCE = local.urls[name] } : {},
    ) if contains(local.engine_functions, function.entry_point)
  }

  # SendingSettings; what isn't configured is left out.
  sending_settings = {
    for name, value in merge(
      var.smtp == null ? {} : {
        RECOUP_SMTP_HOST            = var.smtp.host
        RECOUP_SMTP_PORT            = tostring(var.smtp.port)
        RECOUP_SMTP_USERNAME        = var.smtp.username
        RECOUP_SMTP_SECURITY        = var.smtp.security
        RECOUP_SMTP_TIMEOUT_SECONDS = tostring(var.smtp.timeout_seconds)
      },
      var.twilio == null ? {} : {
        RECOUP_TWILIO_ACCOUNT_SID     = var.twilio.account_sid
        RECOUP_TWILIO_API_KEY         = var.twilio.api_key
        RECOUP_TWILIO_STATUS_CALLBACK = var.twilio.status_callback
        RECOUP_TWILIO_TIMEOUT_SECONDS = tostring(var.twilio.timeout_seconds)
      },
    ) : name => value if value != null
  }

  # PricingSettings
  pricing_settings = {
    for name, value in {
      RECOUP_PRICING_URL      = var.pricing == null ? local.urls["price-offer"] : var.pricing.url
      RECOUP_PRICING_AUDIENCE = var.pricing == null ? local.urls["price-offer"] : var.pricing.audience
    } : name => value if value != null
  }

  environments = {
    for name, function in local.functions : name => merge(
      # Of the functions framework: as many threads as requests are let in at the same time.
      { THREADS = tostring(function.concurrency) },
      lookup(local.engine_settings, name, {}),
      function.entry_point == "generate_offer" ? local.pricing_settings : {},
      function.entry_point == "send_stimulus" ? local.sending_settings : {},
      # TracingSettings
      var.traces_endpoint == null ? {} : { OTEL_EXPORTER_OTLP_ENDPOINT = var.traces_endpoint },
      function.entry_point == "storefront_api" ? { RECOUP_PROXY_HOPS = tostring(var.proxy_hops) } : {},
    )
  }
}
