#!/usr/bin/env bash
# `stint sim` as a script sees it (scenario.md, running): its exit codes, and what stands on which stream.
# exit_codes.sh STINT
set -euo pipefail
stint=$1
cd "$(mktemp -d)"
trap 'rm -r "$PWD"' EXIT

printf '%s\n' 'apps: {com.example.mail: {}}' 'timeline:' \
    '  - {at: 0s, schedule: {job: com.example.mail/7, runs: {for: 5min}}, expect: success}' \
    'until: 10min' >good.yaml
{ cat good.yaml && printf '%s\n' 'totals:' '  - {job: com.example.mail/7, starts: 2}'; } >bad.yaml
printf 'titel: x\n' >wrong.yaml
printf ',a: b' >endless.yaml
printf '[run]\nmax_free = "2min"\nmin_guarantee = "1min"\n' >short.toml
printf '[run]\nmax_free = 5\n' >wrong.toml

# ends CODE STDOUT STDERR ARGUMENTS…: each stream holds the words given, or nothing at all where they are empty.
ends() {
    local code=0 stream
    "$stint" sim "${@:4}" >out 2>err || code=$?
    [ "$code" = "$1" ] || { echo "stint sim ${*:4}: exit $code, not $1" && cat out err && exit 1; }
    for stream in out:"$2" err:"$3"; do
        if [ -z "${stream#*:}" ]; then
            [ ! -s "${stream%%:*}" ] || { echo "stint sim ${*:4}: on std${stream%%:*}:" && cat "${stream%%:*}" && exit 1; }
        else
            grep -qF -- "${stream#*:}" "${stream%%:*}" ||
                { echo "stint sim ${*:4}: no \"${stream#*:}\" on std${stream%%:*}" && cat out err && exit 1; }
        fi
    done
}

ends 0 'pass   good.yaml: 1 expectation' '' good.yaml
ends 0 '5min  finished   com.example.mail/7' '' good.yaml
ends 0 '"verdict":"pass"' '' --json good.yaml
ends 0 '' '' --check good.yaml
ends 1 'happened: starts=1' '' bad.yaml
ends 1 'fail   bad.yaml: 1 of 2 expectations did not hold' '' --quiet good.yaml bad.yaml
ends 2 '' 'stint: wrong.yaml:1:1: unknown key "titel"' wrong.yaml
ends 2 'pass   good.yaml' 'unknown key "titel"' wrong.yaml good.yaml bad.yaml
ends 2 '' 'unknown key "titel"' --check wrong.yaml
ends 2 '' 'cannot read absent.yaml: No such file or directory' absent.yaml
ends 2 '' 'cannot read /dev/zero: File too large' /dev/zero
ends 2 '' 'endless.yaml:1:1: this is not YAML' endless.yaml
ends 2 '' '"5 minutes" is not a duration' --until '5 minutes' good.yaml
ends 2 '' '--seed cannot be "x"' --seed x good.yaml
ends 0 'pass' '' --seed 7 good.yaml
ends 0 '2min  stopped' '' --policy short.toml good.yaml
ends 2 '' 'wrong.toml:2:12: run.max_free is a whole number' --policy wrong.toml good.yaml

"$stint" sim --json good.yaml bad.yaml >once || true
"$stint" sim --json good.yaml bad.yaml >twice || true
cmp once twice
"$stint" sim --until 1min good.yaml | grep -q finished && { echo "--until is not heeded" && exit 1; }
echo "all exit codes are those of scenario.md"
