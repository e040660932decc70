#!/usr/bin/env bash
# `stint sim --fleet` as a script sees it (fleet.md §9): its exit codes, and the same bytes for any number of threads.
# exit_codes.sh STINT
set -euo pipefail
stint=$1
cd "$(mktemp -d)"
trap 'rm -r "$PWD"' EXIT

printf '%s\n' 'name = "night"' 'targets = "all"' 'expires = "3d"' '[job]' 'charging = true' '[[step]]' \
    'run = ["/usr/bin/true"]' '[rollout]' 'at-a-time = 5' 'wave = [4, "100%"]' >night.toml
printf '%s\n' 'devices: 60' 'campaign: night.toml' 'mix: [{charger: {at: 22h, lasts: 8h, give: 1h}}]' \
    'line: {lost: 2%}' 'gone: 5%' >good.yaml
printf 'devices: many\n' >wrong.yaml

# ends CODE STDOUT STDERR ARGUMENTS…: each stream holds the words given, or nothing at all where they are empty.
ends() {
    local code=0 stream
    "$stint" sim --fleet "${@:4}" >out 2>err || code=$?
    [ "$code" = "$1" ] || { echo "stint sim --fleet ${*:4}: exit $code, not $1" && cat out err && exit 1; }
    for stream in out:"$2" err:"$3"; do
        if [ -z "${stream#*:}" ]; then
            [ ! -s "${stream%%:*}" ] || { echo "${*:4}: on std${stream%%:*}:" && cat "${stream%%:*}" && exit 1; }
        else
            grep -qF -- "${stream#*:}" "${stream%%:*}" ||
                { echo "${*:4}: no \"${stream#*:}\" on std${stream%%:*}" && cat out err && exit 1; }
        fi
    done
}

ends 0 'ran at once at most, of 5 that may' '' good.yaml
ends 0 'waited for: never seen' '' good.yaml
ends 0 '"holds":true' '' --json good.yaml
ends 0 '' '' --check good.yaml
ends 0 'played lives' '' --exact --until 1d good.yaml
ends 2 '' 'wrong.yaml:1:10: devices cannot be "many"' wrong.yaml
ends 2 '' 'cannot read absent.yaml: No such file or directory' absent.yaml
ends 2 '' '--jobs cannot be "0"' --jobs 0 good.yaml
ends 2 '' '--policy is of scenarios' --policy night.toml good.yaml

"$stint" sim --fleet --json --jobs 1 good.yaml >once
"$stint" sim --fleet --json --jobs 3 good.yaml >twice
cmp once twice
echo "all exit codes are those of fleet.md"
