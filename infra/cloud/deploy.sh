#!/usr/bin/env bash
# Brings the engine into a Google Cloud project, or what is there up to date.
set -euo pipefail

# shellcheck source=infra/cloud/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

help() {
  cat <<'TEXT'
Usage: infra/cloud/deploy.sh PROJECT REGION [dev|prod] [--plan] [--yes] [--vars FILE]...

Makes the project's engine what this folder says: checks tools and permissions, builds the source archive, shows what
would change, asks, applies, makes the keys and policy documents that don't exist yet (what exists is never
overwritten), and sends a canary through. Run it again after any failure: what is done already stays done.

  dev|prod     which variable file; dev unless the project was deployed as prod before
  --plan       only show what would change; nothing is changed or made, not even the bucket of the state
  --yes        don't ask, for CI
  --alert-email ADDRESS  who is told when something is wrong; needed unless one of the files says it
  --vars FILE  Terraform variables of your own, such as stores and smtp; repeatable, a later one wins.
               infra/cloud/PROJECT.tfvars is taken by itself, so put there what is to last.

Prints the addresses of what was deployed.

Example: infra/cloud/deploy.sh my-shop-recoup europe-west1 prod --alert-email ops@shop.example --plan
Example: infra/cloud/deploy.sh my-shop-recoup europe-west1 prod --vars shop.tfvars
TEXT
}

place=() files=() PLAN='' YES='' ALERT_EMAIL='' RETRY="infra/cloud/deploy.sh $*"
while (($#)); do
  case $1 in
    -h | --help) help; exit 0 ;;
    --plan) PLAN=yes ;;
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

check_billing() {
  local enabled
  if ! enabled=$(gcloud billing projects describe "$PROJECT" --format='value(billingEnabled)'); then
    say "Whether $PROJECT has a billing account can't be seen; going on."
  elif [[ $enabled != True ]]; then
    fail "Project $PROJECT has no billing account, so Google Cloud would refuse most of it." \
      "See your accounts: gcloud billing accounts list" \
      "Then run:          gcloud billing projects link $PROJECT --billing-account=ACCOUNT"
  fi
}

# Without these APIs not even Terraform can look at a project; Terraform turns on the others.
enable_first_apis() {
  gcloud services enable cloudresourcemanager.googleapis.com serviceusage.googleapis.com iam.googleapis.com \
    storage.googleapis.com pubsub.googleapis.com --project="$PROJECT" --quiet ||
    fail "The first APIs of $PROJECT can't be turned on." "Have somebody grant you roles/serviceusage.serviceUsageAdmin on it."
  # Pub/Sub's own service account gets rights from Terraform, and on a new project nobody has made it yet.
  gcloud beta services identity create --service=pubsub.googleapis.com --project="$PROJECT" --quiet >/dev/null ||
    fail "The service account of Pub/Sub in $PROJECT can't be made." "Run this command again; if it fails again, ask Google's support."
}

check_permissions() {
  local token status=0
  token=$(default_token)
  python permissions "$PROJECT" <<<"$token" || status=$?
  case $status in
    0) ;;
    1)
      [[ -z $PLAN ]] || { say "A deployment would stop at that."; return; }
      fail "Nothing was changed, as the deployment would stop half-way." "With the roles above, run this command again."
      ;;
    *) [[ -n $PLAN ]] || fail "Nothing was deployed." "Do what is said above, then run: $RETRY" ;;
  esac
}

choose_environment() {
  ENVIRONMENT=${asked:-${STATE_ENVIRONMENT:-dev}}
  [[ -z $STATE_ENVIRONMENT || $STATE_ENVIRONMENT == "$ENVIRONMENT" ]] ||
    fail "Project $PROJECT was deployed as $STATE_ENVIRONMENT, not as $ENVIRONMENT." \
      "Name $STATE_ENVIRONMENT, or take another project: one project holds one engine."
}

warn_of_changes() {
  local changed
  changed=$(git -C "$ROOT" status --porcelain -- main.py requirements.txt common functions infra/cloud 2>/dev/null) || return 0
  [[ -z $changed ]] || say "Careful: this folder holds changes that are not committed, and they would be deployed."
}

make_state_bucket() {
  [[ -n $STATE_EXISTS ]] ||
    gcloud storage buckets create "gs://$STATE_BUCKET" --project="$PROJECT" --location="$REGION" \
      --uniform-bucket-level-access --public-access-prevention >&2 ||
    fail "The bucket $STATE_BUCKET of Terraform's state can't be made." \
      "If somebody else has that name, take a project with another id; else have somebody grant you roles/storage.admin."
  # Harmless to repeat; an earlier run may have ended between the two.
  gcloud storage buckets update "gs://$STATE_BUCKET" --versioning \
    --update-labels="recoup_environment=$ENVIRONMENT,recoup_region=$REGION" >&2 ||
    fail "The bucket $STATE_BUCKET can't be set to keep versions." "Have somebody grant you roles/storage.admin on $PROJECT." "Then run: $RETRY"
}

# prepare_unkept: a first plan, before there is a state. Terraform works on a copy whose state goes with this script.
prepare_unkept() {
  local entry
  say "There is no state yet, so everything would be new. (The bucket $STATE_BUCKET would be made too.)"
  mkdir -p "$WORK/infra/cloud"
  for entry in "$ROOT"/*; do
    [[ ${entry##*/} == infra ]] || ln -s "$entry" "$WORK/${entry##*/}"
  done
  (cd "$HERE" && find . -name .terraform -prune -o -type f -print | tar -cf - -T -) | tar -xf - -C "$WORK/infra/cloud"
  TERRAFORM_FOLDER=$WORK/infra/cloud
  printf 'terraform {\n  backend "local" {}\n}\n' >"$TERRAFORM_FOLDER/plan_override.tf"
  TF_DATA_DIR=$WORK/terraform in_unkept_terraform init -input=false >&2 ||
    fail "Terraform can't be prepared." "Read what it says above; without a network it can't fetch its providers."
}

in_unkept_terraform() {
  TF_IN_AUTOMATION=1 terraform -chdir="$TERRAFORM_FOLDER" "$@"
}

# make_plan: CHANGES is "yes" if there are any. The plan holds secrets' names and addresses: it stays in WORK.
make_plan() {
  local status=0 lock=()
  [[ -z $PLAN ]] || lock=(-lock=false)
  if [[ -n $PLAN && -z $STATE_EXISTS ]]; then
    TF_DATA_DIR=$WORK/terraform in_unkept_terraform plan -input=false -detailed-exitcode \
      ${lock[@]+"${lock[@]}"} -out="$WORK/plan" "${VARIABLES[@]}" >&2 || status=$?
  else
    in_terraform plan -input=false -detailed-exitcode ${lock[@]+"${lock[@]}"} -out="$WORK/plan" "${VARIABLES[@]}" >&2 ||
      status=$?
  fi
  case $status in
    0) CHANGES= ;;
    2) CHANGES=yes ;;
    *) fail "Terraform can't plan; nothing was changed." "Do what it says above, then run: $RETRY" ;;
  esac
}

apply_plan() {
  if [[ -z $CHANGES ]]; then
    say "Terraform has nothing to change."
    return
  fi
  confirm "Apply this to $PROJECT ($ENVIRONMENT)?" || fail "Nothing was changed, as you did not say yes."
  in_terraform apply -input=false "$WORK/plan" >&2 ||
    fail "Terraform stopped half-way. What it made so far is written down in its state, and nothing is lost." \
      "Do what it says above, then run: $RETRY" \
      "A new project may refuse some things for a few minutes after its APIs were turned on: then just run it again." \
      "If it says that the state is locked and nobody else deploys: terraform force-unlock with the id that it names."
}

# make_key SECRET: a random key, if the secret never had one. A key that was disabled is somebody's decision.
make_key() {
  local kept
  kept=$(gcloud secrets versions list "$1" --project="$PROJECT" --limit=1 --format='value(name)') ||
    fail "The secret $1 can't be looked at." "Have somebody grant you roles/secretmanager.admin on $PROJECT." "Then run: $RETRY"
  [[ -z $kept ]] || return 0
  head -c 32 /dev/urandom | base64 | tr -d '\n' |
    gcloud secrets versions add "$1" --project="$PROJECT" --data-file=- >&2 ||
    fail "The secret $1 can't be given a key." "Do what is said above, then run: $RETRY"
  say "Made a key for the secret $1."
}

output() { in_terraform output -raw "$1" 2>/dev/null || true; }

finish() {
  local key storefront
  for key in "${KEYS[@]}"; do make_key "$key"; done
  storefront=$(output storefront_url)
  python policies "$PROJECT" ${storefront:+--storefront-url "$storefront"} >&2 ||
    fail "The policy documents could not be looked at." "Run: $RETRY"
  python smoke "$PROJECT" >&2 ||
    fail "The engine is deployed, but the canary did not come through." "Do what is said above, then run: $RETRY" \
      "To go back to what served before: infra/cloud/rollback.sh $PROJECT $REGION"
  say "The engine of $PROJECT is deployed. Look at config/shop before you name a provider: its defaults are examples."
  in_terraform output -json >"$WORK/outputs"
  python addresses <"$WORK/outputs"
}

need_gcloud
need_terraform
need_python
workspace
check_login
check_project
check_billing
[[ -n $PLAN ]] || enable_first_apis
check_permissions
find_state
choose_environment
warn_of_changes
build_archive
terraform_variables "$ENVIRONMENT" ${files[@]+"${files[@]}"}
if [[ -n $PLAN && -z $STATE_EXISTS ]]; then
  prepare_unkept
else
  [[ -n $PLAN ]] || make_state_bucket
  init_terraform
fi
make_plan
if [[ -n $PLAN ]]; then
  [[ -z $STATE_EXISTS ]] || python policies "$PROJECT" --dry-run >&2 || true
  say "Nothing was changed."
  exit 0
fi
apply_plan
finish
