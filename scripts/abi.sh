#!/usr/bin/env bash
# A program built on the last release of libstint.so.0 has to run with this tree's: no function or type that its headers
# show may be gone or have another shape. New ones may be added.
# usage: scripts/abi.sh           compares, building the library if it must (minutes)
#        scripts/abi.sh accept    this tree's is what is compared with from now on: with a release, or a new SOVERSION
set -euo pipefail
# shellcheck source=scripts/setup.sh
. "$(dirname "$0")/setup.sh"

baseline=$root/tests/abi/libstint.so.0.abi.xz
library=$root/build/abi/src/link/client/libstint.so.0
now=$(scratch libstint.abi)

install check
configure abi # a release, with what the debugger would be told
cmake --build "$root/build/abi" --target stint >"$(scratch abi-build.log)" || die "cannot build libstint"
abidw --headers-dir "$root/include/stint" --drop-private-types --exported-interfaces-only --no-show-locs \
    --no-corpus-path --no-comp-dir-path --no-elf-needed --type-id-style hash --out-file "$now" "$library"

if [ "${1-}" = accept ]; then
    xz -9 <"$now" >"$baseline"
    say "accepted: $(wc -c <"$baseline") bytes"
    exit
fi
xz -dc "$baseline" >"$(scratch libstint.before.abi)"
if abidiff --no-added-syms "$(scratch libstint.before.abi)" "$now" >"$(scratch abidiff.txt)"; then exit; fi
cat "$(scratch abidiff.txt)"
die "libstint.so.0 is not what programs were built on: keep it, or give it a new SOVERSION (CONTRIBUTING.md, a release)"
