#!/usr/bin/env bash
# A newer Debian with what Debian 12 and 13 have not: KDE's libkunifiedpush, and an app of it, for tests/e2e/test_push_kde.py.
# usage: scripts/newer.sh [DIRECTORY]    as root; 1.3 GB, of Debian's unstable, or where STINT_NEWER_RELEASE says
set -euo pipefail
# shellcheck source=scripts/setup.sh
. "$(dirname "$0")/setup.sh"

tree=${1:-/var/tmp/stint-newer-debian}
install fresh
if [ ! -e "$tree/usr/include/KUnifiedPush" ]; then
    say "a newer Debian in $tree"
    # A mirror may be older than its own words allow.
    mmdebstrap --quiet --variant=minbase --aptopt='Acquire::Check-Valid-Until "false"' \
        --include=ca-certificates,g++,libkunifiedpush-dev,pkg-config,qt6-base-dev "${STINT_NEWER_RELEASE:-unstable}" "$tree" \
        http://deb.debian.org/debian
fi
cp "$root/tests/e2e/kunifiedpush.cpp" "$tree/tmp"
# shellcheck disable=SC2016 # it is the other shell that is to expand it
chroot "$tree" sh -c 'g++ -std=c++20 -fPIC -I/usr/include/KUnifiedPush /tmp/kunifiedpush.cpp -o /usr/bin/kunifiedpush-app \
    $(pkg-config --cflags --libs Qt6DBus) -lKUnifiedPush'
