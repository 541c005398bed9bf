#!/usr/bin/env bash
# Gives the traffic of the functions back to the revisions that served before the last deployment.
set -euo pipefail

# shellcheck source=infra/cloud/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

help() {
  cat <<'TEXT'
Usage: infra/cloud/rollback.sh PROJECT REGION [--to REVISION]... [--function NAME]... [--yes]

Gives all traffic back to the revisions that served before the last deployment, in seconds, without building anything.
Functions that the last deployment did not change stay as they are. Data, settings of topics and queues, and policy
documents are not touched. A second call goes one deployment further back; the next deployment serves its own again.

  --to REVISION    exactly this revision, and only its function; repeatable
  --function NAME  only this function, such as send-stimulus; repeatable
  --yes            don't ask

Prints a line for each function that was changed: its name, what served before, what serves now.

Example: infra/cloud/rollback.sh my-shop-recoup europe-west1
Example: infra/cloud/rollback.sh my-shop-recoup europe-west1 --to send-stimulus-00012-abc
TEXT
}

place=() chosen=() to=() YES=
while (($#)); do
  case $1 in
    -h | --help) help; exit 0 ;;
    --to) [[ -n ${2:-} ]] || usage_error "--to needs a revision."; to+=(--to "$2"); shift ;;
    --function) [[ -n ${2:-} ]] || usage_error "--function needs a name."; chosen+=("$2"); shift ;;
    -y | --yes) YES=yes ;;
    -*) usage_error "$1 is no option." ;;
    *) place+=("$1") ;;
  esac
  shift
done
((${#place[@]} == 2)) || usage_error "Name the project and the region."
read_place "${place[@]}"

((${#chosen[@]})) || chosen=("${FUNCTIONS[@]}")
named=()
for function in "${chosen[@]}"; do
  [[ " ${FUNCTIONS[*]} " == *" $function "* ]] || usage_error "$function is no function; there are ${FUNCTIONS[*]}."
  named+=(--function "$function")
done

need_gcloud
command -v "$PYTHON" >/dev/null 2>&1 || PYTHON=$(command -v python3) ||
  fail "There is no Python." "Install Python 3.11 or later, or run: make setup"
check_login
check_project
workspace

list_of() {
  gcloud run "$1" list --project="$PROJECT" --region="$REGION" --format=json >"$WORK/$1.json" ||
    fail "The $1 of $PROJECT in $REGION can't be listed." "Have somebody grant you roles/run.admin on it, then run this command again."
}
list_of services
list_of revisions
python revisions "$WORK/services.json" "$WORK/revisions.json" "${named[@]}" ${to[@]+"${to[@]}"} >"$WORK/changes" ||
  fail "Nothing was changed." "What is there: gcloud run revisions list --project=$PROJECT --region=$REGION"

if [[ ! -s $WORK/changes ]]; then
  say "There is nothing to go back to."
  exit 0
fi
while read -r service serving target; do
  say "$service: from $serving to $target"
done <"$WORK/changes"
confirm "Give them all traffic?" || fail "Nothing was changed, as you did not say yes."

failed=()
while read -r service serving target <&3; do
  if gcloud run services update-traffic "$service" --to-revisions="$target=100" \
    --project="$PROJECT" --region="$REGION" --quiet >&2; then
    printf '%s %s %s\n' "$service" "$serving" "$target"
  else
    failed+=("$service")
  fi
done 3<"$WORK/changes"
((!${#failed[@]})) || fail "${failed[*]} could not be changed; what is printed above was." \
  "Read what is said above, then try again: infra/cloud/rollback.sh $PROJECT $REGION ${failed[*]/#/--function }"
