#!/usr/bin/env bash
# Removes the engine from a Google Cloud project.
set -euo pipefail

# shellcheck source=infra/cloud/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

help() {
  cat <<'TEXT'
Usage: infra/cloud/destroy.sh PROJECT REGION [dev|prod] [--yes] [--alert-email ADDRESS] [--vars FILE]...

Removes the engine: functions, topics with the messages in them, queues with their timers, alerts, dashboard. Shows
what would go and asks. On prod it asks for the project's name too; --yes doesn't answer that.

On prod the data stay: the database with its backups, what BigQuery holds, and the secrets, without which neither
vouchers nor suppressions could be read again. They stay in Terraform's state too, so the next deployment takes them up.
On dev the data and secrets go, but for the backups, which expire by themselves.
The bucket of the state always stays, and so do APIs that were turned on.
Cloud Tasks may refuse the names of removed queues for a week, and IAM those of removed roles from the second week to
the sixth, so a deployment meanwhile takes another project.

  --yes        don't ask whether to go on
  --alert-email ADDRESS, --vars FILE
               as with deploy.sh, if they were needed there

Example: infra/cloud/destroy.sh my-shop-recoup-dev europe-west1 dev
TEXT
}

# What prod keeps. Nothing of it depends on what goes, so Terraform can leave it out.
readonly KEPT='^(google_project_service|google_firestore_[a-z_]+|google_bigquery_(dataset|table)|google_secret_manager_secret)\.'

place=() files=() YES='' ALERT_EMAIL='' RETRY="infra/cloud/destroy.sh $*"
while (($#)); do
  case $1 in
    -h | --help) help; exit 0 ;;
    -y | --yes) YES=yes ;;
    --alert-email) [[ -n ${2:-} ]] || usage_error "--alert-email needs an address."; ALERT_EMAIL=$2; shift ;;
    --vars) [[ -n ${2:-} ]] || usage_error "--vars needs a file."; files+=("$2"); shift ;;
    -*) usage_error "$1 is no option." ;;
    *) place+=("$1") ;;
  esac
  shift
done
((${#place[@]} == 2 || ${#place[@]} == 3)) || usage_error "Name the project and the region."
read_place "${place[0]}" "${place[1]}"
asked=${place[2]:-}
[[ -z $asked || $asked == dev || $asked == prod ]] || usage_error "$asked is no environment; there are dev and prod."

# What the state remembers counts: a prod that is called dev is still prod.
choose_environment() {
  ENVIRONMENT=${STATE_ENVIRONMENT:-prod}
  [[ -z $asked || $asked == "$ENVIRONMENT" ]] ||
    fail "Project $PROJECT was deployed as $ENVIRONMENT, not as $asked; nothing was removed." \
      "If it is the right project: infra/cloud/destroy.sh $PROJECT $REGION $ENVIRONMENT"
}

ask_for_name() {
  local typed
  say "This is production. Shops' events would be lost from now on, and no voucher could be redeemed."
  printf 'Type the name of the project to go on: ' >&2
  read -r typed || typed=
  [[ $typed == "$PROJECT" ]] || fail "That is not $PROJECT; nothing was removed."
}

# removable: the addresses of what goes on prod, a line each.
removable() {
  in_terraform state list >"$WORK/state" ||
    fail "Terraform's state can't be read; nothing was removed." "Do what it says above, then run: $RETRY"
  sed 's/\[.*//' "$WORK/state" | grep -Ev "$KEPT|^data\." | sort -u || true
}

plan_removal() {
  local status=0 address targets=()
  if [[ $ENVIRONMENT == prod ]]; then
    removable >"$WORK/removable"
    while read -r address; do targets+=(-target="$address"); done <"$WORK/removable"
    ((${#targets[@]})) || { CHANGES=''; return; }
  fi
  in_terraform plan -destroy -input=false -detailed-exitcode -out="$WORK/plan" "${VARIABLES[@]}" \
    ${targets[@]+"${targets[@]}"} >&2 || status=$?
  case $status in
    0) CHANGES='' ;;
    2) CHANGES=yes ;;
    *) fail "Terraform can't plan; nothing was removed." "Do what it says above, then run: $RETRY" ;;
  esac
}

need_gcloud
need_terraform
need_python
workspace
check_login
check_project
default_token >/dev/null
find_state
if [[ -z $STATE_EXISTS ]]; then
  say "There is no engine in $PROJECT: no bucket $STATE_BUCKET. Nothing was removed."
  exit 0
fi
choose_environment
[[ $ENVIRONMENT != prod ]] || ask_for_name
build_archive
terraform_variables "$ENVIRONMENT" ${files[@]+"${files[@]}"}
init_terraform
plan_removal
if [[ -z $CHANGES ]]; then
  say "There is nothing left to remove."
  exit 0
fi
confirm "Remove all of this from $PROJECT ($ENVIRONMENT)?" || fail "Nothing was removed, as you did not say yes."
in_terraform apply -input=false "$WORK/plan" >&2 ||
  fail "Terraform stopped half-way; what it removed is written down in its state." "Do what it says above, then run: $RETRY"
say "The engine of $PROJECT is removed. Its state stays in gs://$STATE_BUCKET."
if [[ $ENVIRONMENT == prod ]]; then
  say "The database, its backups, what BigQuery holds and the secrets stay. To delete these too, delete the project:"
  say "  gcloud projects delete $PROJECT"
fi
