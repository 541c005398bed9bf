"""Terraform's own plan of infra/cloud, made without a cloud account, held against the code that it deploys.

Terraform reads the configuration and does all of its checks itself. What it would ask Google's provider for it asks a
stand-in (`stand_in.py`), which has the real provider's schema and plans like it, but calls nobody.
"""
