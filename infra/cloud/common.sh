# shellcheck shell=bash
# What the scripts of this folder share; they source it, nobody runs it.
# Messages go to standard error, what other programs may want to read to standard output.

HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
ROOT=$(cd "$HERE/../.." && pwd)
PYTHON=${RECOUP_PYTHON:-$ROOT/.venv/bin/python}
TERRAFORM_AT_LEAST=1.9.0

# The Cloud Run services behind the functions.
# shellcheck disable=SC2034 # rollback.sh goes through them
FUNCTIONS=(
  ingest-event-order ingest-event-cart ingest-event-browse
  generate-offer send-stimulus expire-vouchers storefront-api price-offer
)

# The secrets whose content is anything random; the engine decides nothing without the first two.
# shellcheck disable=SC2034 # deploy.sh goes through them
KEYS=(voucher_key suppression_key token_key)

say() { printf '%s\n' "$*" >&2; }

# fail SENTENCE [WHAT TO DO]...
fail() {
  say "Error: $1"
  shift
  local line
  for line in "$@"; do say "  $line"; done
  exit 1
}

# usage_error SENTENCE: the script was called in a way that it doesn't know.
usage_error() {
  say "Error: $1"
  say "  ${0##*/} --help shows how."
  exit 2
}

# need TOOL WHERE-FROM
need() {
  command -v "$1" >/dev/null 2>&1 || fail "$1 is not on PATH." "$2" "Then run this command again."
}

need_gcloud() {
  need gcloud "Install the Google Cloud CLI: https://cloud.google.com/sdk/docs/install"
}

need_terraform() {
  need terraform "Install Terraform $TERRAFORM_AT_LEAST or later: https://developer.hashicorp.com/terraform/install"
  local version
  version=$(terraform version -json 2>/dev/null | sed -n 's/.*"terraform_version": *"\([0-9.]*\).*/\1/p')
  [[ -n $version ]] || fail "terraform doesn't say its version." "Try: terraform version"
  [[ $(printf '%s\n' "$TERRAFORM_AT_LEAST" "$version" | sort -t. -k1,1n -k2,2n -k3,3n | head -n 1) == "$TERRAFORM_AT_LEAST" ]] ||
    fail "Terraform $version is too old." "Install $TERRAFORM_AT_LEAST or later: https://developer.hashicorp.com/terraform/install"
}

need_python() {
  (cd "$ROOT" && "$PYTHON" -c 'import google.pubsub_v1, google.cloud.firestore_v1') >/dev/null 2>&1 ||
    fail "$PYTHON can't run the engine's own tools." "Run: make setup" "or name another Python with its requirements in RECOUP_PYTHON."
}

# python MODULE ARGUMENT...: one of the engine's own tools.
python() {
  local module=$1
  shift
  (cd "$ROOT" && "$PYTHON" -m "infra.cloud.$module" "$@")
}

# read_place PROJECT REGION: sets PROJECT and REGION.
read_place() {
  PROJECT=$1 REGION=$2
  [[ $PROJECT =~ ^[a-z][a-z0-9-]{4,28}[a-z0-9]$ ]] ||
    usage_error "$PROJECT is no project id: 6 to 30 small letters, digits and hyphens."
  [[ $REGION =~ ^[a-z]+-[a-z]+[0-9]+$ ]] || usage_error "$REGION is no region; write it like europe-west1."
  # gcloud and the client libraries are to work on, and be counted against, this project and no other.
  export CLOUDSDK_CORE_PROJECT=$PROJECT GOOGLE_CLOUD_PROJECT=$PROJECT GOOGLE_CLOUD_QUOTA_PROJECT=$PROJECT
  STATE_BUCKET=$PROJECT-recoup-state
}

check_login() {
  local account
  account=$(gcloud auth list --filter=status:ACTIVE --format='value(account)') || account=
  [[ -n $account ]] || fail "Nobody is logged in to gcloud." "Run: gcloud auth login"
  say "Working as $account on $PROJECT in $REGION."
}

check_project() {
  local state
  if ! state=$(gcloud projects describe "$PROJECT" --format='value(lifecycleState)'); then
    fail "Project $PROJECT does not exist, or you may not see it." \
      "Look for its id: gcloud projects list" \
      "or create it:    gcloud projects create $PROJECT"
  fi
  [[ $state == ACTIVE ]] ||
    fail "Project $PROJECT is being deleted (${state:-no state})." "Bring it back: gcloud projects undelete $PROJECT"
}

# What Terraform and the client libraries log in with, which is not gcloud's own login.
default_token() {
  gcloud auth application-default print-access-token 2>/dev/null ||
    fail "Terraform has no credentials." "Run: gcloud auth application-default login" \
      "or, in CI, set GOOGLE_APPLICATION_CREDENTIALS."
}

# find_state: sets STATE_EXISTS, and what the state's bucket remembers: STATE_ENVIRONMENT, STATE_REGION.
# shellcheck disable=SC2034 # whoever calls it goes by them
find_state() {
  local found name
  found=$(gcloud storage buckets list --project="$PROJECT" --filter="name=$STATE_BUCKET" \
    --format='csv[no-heading](name,labels.recoup_environment,labels.recoup_region)') ||
    fail "The buckets of $PROJECT can't be listed." "Have somebody grant you roles/storage.admin on it."
  IFS=, read -r name STATE_ENVIRONMENT STATE_REGION <<<"$found" || true
  STATE_EXISTS=
  [[ $name != "$STATE_BUCKET" ]] || STATE_EXISTS=yes
  [[ -z $STATE_EXISTS || -z $STATE_REGION || $STATE_REGION == "$REGION" ]] ||
    fail "The engine of $PROJECT is in $STATE_REGION, not in $REGION." \
      "Databases and queues can't be moved: name $STATE_REGION, or take another project."
}

# terraform in this folder, its downloads kept apart by project.
in_terraform() {
  TF_DATA_DIR=$ROOT/build/terraform/$PROJECT TF_IN_AUTOMATION=1 terraform -chdir="$TERRAFORM_FOLDER" "$@"
}

init_terraform() {
  TERRAFORM_FOLDER=$HERE
  in_terraform init -input=false -reconfigure \
    -backend-config="bucket=$STATE_BUCKET" -backend-config="prefix=recoup" >&2 ||
    fail "Terraform can't be prepared." "Read what it says above; without a network it can't fetch its providers." \
      "Then run this command again."
}

# build_archive: sets ARCHIVE and ARCHIVE_SHA256.
build_archive() {
  local built
  built=$("$HERE/archive.sh") || fail "The source archive can't be built." "Read what it says above, then run this command again."
  read -r ARCHIVE ARCHIVE_SHA256 <<<"$built"
}

# terraform_variables ENVIRONMENT [FILE]...: sets VARIABLES. A later file wins over an earlier one; the project's own
# is the first.
terraform_variables() {
  local environment=$1 file own=$HERE/$PROJECT.tfvars
  shift
  [[ ! -f $own ]] || set -- "$own" "$@"
  VARIABLES=(-var-file="$HERE/$environment.tfvars")
  for file in "$@"; do
    [[ -f $file ]] || fail "$file does not exist." "Name a file of Terraform variables with --vars."
    VARIABLES+=(-var-file="$(cd "$(dirname "$file")" && pwd)/$(basename "$file")")
  done
  if [[ -n ${ALERT_EMAIL:-} ]]; then
    VARIABLES+=(-var="alert_email=$ALERT_EMAIL")
  elif [[ -z ${TF_VAR_alert_email:-} ]] && ! grep -qs '^ *alert_email *=' "$HERE/$environment.tfvars" "$@"; then
    fail "Nobody is named who is told when something is wrong." \
      "Add --alert-email ADDRESS, or write alert_email = \"ADDRESS\" into $own"
  fi
  VARIABLES+=(
    -var="project=$PROJECT" -var="region=$REGION" -var="environment=$environment"
    -var="archive=$ARCHIVE" -var="archive_sha256=$ARCHIVE_SHA256"
  )
}

# confirm QUESTION: 0 for yes. YES answers it beforehand.
confirm() {
  [[ -z ${YES:-} ]] || return 0
  local answer
  printf '%s [y/N] ' "$1" >&2
  read -r answer || answer=
  [[ $answer == [yY] || $answer == [yY][eE][sS] ]]
}

# workspace: sets WORK, a folder that nobody else can read and that goes with the script.
workspace() {
  WORK=$(mktemp -d)
  trap 'rm -rf "$WORK"' EXIT
}
