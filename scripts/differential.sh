#!/usr/bin/env bash
# Compares two cores: what bench_timelines of two trees says of N random timelines and of three phones, digest by digest.
# usage: scripts/differential.sh BEFORE AFTER [N]     each a bench_timelines; N timelines (10000), a few minutes
set -euo pipefail

before=${1:?the bench_timelines of the tree before} after=${2:?that of the tree after} number=${3:-10000}
said=$(mktemp -d)
trap 'rm -r "$said"' EXIT

"$before" 0 $((number - 1)) >"$said/before" &
"$after" 0 $((number - 1)) >"$said/after"
wait $!
if cmp -s "$said/before" "$said/after"; then
    echo "the same: $number timelines and three phones, to the byte"
    exit 0
fi
diff "$said/before" "$said/after" | head -20

# The first of the hundred that differs, to be looked at with --spell.
last=$(diff "$said/before" "$said/after" | sed -n 's/^< to \([0-9]*\):.*/\1/p' | head -1)
[ -n "$last" ] || exit 1
for ((seed = last - last % 100; seed <= last; seed++)); do
    if [ "$("$before" "$seed" "$seed")" != "$("$after" "$seed" "$seed")" ]; then
        echo "timeline $seed differs; first words:"
        diff <("$before" --spell "$seed") <("$after" --spell "$seed") | head -12
        break
    fi
done
exit 1
