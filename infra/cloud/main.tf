# Recoup on Google Cloud. One root module, one state per environment; see docs/operations.md.
#
# Before the first plan these APIs must be on, because Terraform itself calls them: serviceusage and
# cloudresourcemanager. And Google's own account for Pub/Sub must be there, because it is given rights here:
#   gcloud beta services identity create --service=pubsub.googleapis.com --project=...
# The state's bucket is named when Terraform is made ready:
#   terraform init -backend-config=bucket=... -backend-config=prefix=recoup

terraform {
  required_version = ">= 1.9"

  required_providers {
    google = {
      source  = "hashicorp/google"
      version = "6.50.0"
    }
  }

  backend "gcs" {}
}

provider "google" {
  project = var.project
  region  = var.region

  # The budget's API wants to know which project pays for the call.
  billing_project       = var.project
  user_project_override = true

  default_labels = local.labels
}

data "google_project" "this" {
  project_id = var.project
}

locals {
  labels = {
    app         = "recoup"
    environment = var.environment
  }
  is_prod        = var.environment == "prod"
  project_number = data.google_project.this.number

  # Google's own account that pushes, writes to BigQuery and forwards dead letters.
  pubsub_agent = "serviceAccount:service-${local.project_number}@gcp-sa-pubsub.iam.gserviceaccount.com"
}
