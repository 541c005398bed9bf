"""What ships the engine to Google Cloud: Terraform, and the scripts that apply it."""
