#!/bin/sh
# libstint.so offers the public API and nothing else, and needs no libcurl (architecture.md, libstint). Wants: its path.
set -eu
library=$1

# Each line is "ADDRESS TYPE NAME"; a type's table and its RTTI carry a prefix.
names=$(nm -DC --defined-only "$library" | sed -E 's/^[0-9a-f]* *[A-Za-z] //; s/^(typeinfo|typeinfo name|vtable) for //')
inner=$(printf '%s\n' "$names" | sed -nE '/^stint::(wire|client)::|^stint::Connection::Impl::/p; /^stint::/!p')
if [ -n "$inner" ]; then
    printf 'exported, and not of the public API:\n%s\n' "$inner" >&2
    exit 1
fi

if ! nm -DC --defined-only "$library" | grep -q ' T stint::JobScheduler::schedule('; then
    echo 'JobScheduler::schedule is not exported' >&2
    exit 1
fi
if readelf -d "$library" | grep NEEDED | grep -E 'curl|sqlite'; then
    echo 'libstint needs a library that an app should not load' >&2
    exit 1
fi
