#!/usr/bin/env bash
# Builds the source archive of the functions, of what .gcloudignore lets through: the same bytes wherever it is built.
set -euo pipefail

# shellcheck source=infra/cloud/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

help() {
  cat <<'TEXT'
Usage: infra/cloud/archive.sh [--into FOLDER] [--list]

Builds the functions' source archive as build/recoup-<hash>.zip and prints its path and its SHA-256.
The same files give the same bytes, on every machine.

  --into FOLDER  another folder than build/
  --list         only print the names of the files that would be in it

Example: infra/cloud/archive.sh
TEXT
}

for argument in "$@"; do
  case $argument in
    -h | --help) help; exit 0 ;;
  esac
done

# Needs nothing but Python itself.
if ! command -v "$PYTHON" >/dev/null 2>&1; then
  PYTHON=$(command -v python3) || fail "There is no Python." "Install Python 3.11 or later, or run: make setup"
fi
python archive "$@"
