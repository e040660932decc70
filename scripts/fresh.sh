#!/usr/bin/env bash
# A newcomer's wait: a command of ours on a fresh Debian that has this commit and nothing else, which is the whole
# root of its mount namespace, with the second at which each phase began, and the processors' time of all of it.
# usage: scripts/fresh.sh [RELEASE] run|test [WORDS…]    as root, or by sudo; without RELEASE on each that we build on
set -euo pipefail
# shellcheck source=scripts/setup.sh
. "$(dirname "$0")/setup.sh"

install fresh
case ${1?run or test} in
run | test)
    failed=0
    for release in bookworm trixie; do "$0" "$release" "$@" || failed=1; done
    exit "$failed"
    ;;
esac
release=$1
shift
tree=$(mktemp -d /var/tmp/stint-fresh-XXXXXX)
trap 'as_root rm -rf "$tree"' EXIT
say "a fresh Debian, $release, in $tree"
apart=(unshare --mount --propagation private --pid --fork --kill-child --mount-proc)
as_root "${apart[@]}" mmdebstrap --quiet --variant=minbase --include=ca-certificates,git "$release" "$tree/debian"
git clone -q --no-local "$root" "$tree/stint"

say "./$*"
began=${EPOCHREALTIME/./}
phases() { # each line that ./run and ./test begin with "== " is one
    local line
    while IFS= read -r line; do
        case $line in
        '== '*) printf '%7.1f s  %s\n' "$(((${EPOCHREALTIME/./} - began) / 100000))e-1" "${line#== }" ;;
        'real'* | 'user'* | 'sys'* | *passed* | *failed* | *error*) printf '           %s\n' "$line" ;;
        esac
    done
}
# Its own mounts and processes, and nothing else of its own: tests start machines, cgroups and networks themselves. Of its
# processes none is left, and what it installs ends none of another's: Debian's polkitd ends whatever has the path of its
# program. Its root is a root (pivot_root), not a chroot's: nsenter and systemd-nspawn, which tests call, look for the namespace's.
# shellcheck disable=SC2016 # it is the other shell that is to expand it
as_root "${apart[@]}" bash -c '
    tree=$1; shift
    mount --bind "$tree/debian" "$tree/debian" # its / is to be a mount, as any is
    for from in proc sys dev; do mount --rbind "/$from" "$tree/debian/$from"; done
    mount -t tmpfs tmpfs "$tree/debian/run"
    mkdir -p "$tree/debian/stint" "$tree/debian/outside"
    mount --bind "$tree/stint" "$tree/debian/stint"
    # The way out, as this machine has it: its names, and whom it trusts beside the usual.
    cp --dereference /etc/resolv.conf "$tree/debian/etc/resolv.conf"
    trusts=${NODE_EXTRA_CA_CERTS-}
    if [ -r "$trusts" ]; then cp "$trusts" "$tree/debian/etc/trusts.pem" && trusts=/etc/trusts.pem; fi
    cd "$tree/debian"
    pivot_root . outside
    cd /
    umount --lazy /outside
    exec env -i HOME=/root LANG=C.UTF-8 PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
        NODE_EXTRA_CA_CERTS="$trusts" bash -c "cd /stint && git config --global safe.directory /stint && time ./$*"
' fresh "$tree" "$@" 2>&1 </dev/null | tee "$root/build/fresh-$release.log" | phases
