# shellcheck shell=bash
# Shared by ./run, ./test and ./check: the one list of Debian packages, and how a preset is built.
# Sourced, not run. A second call costs a few milliseconds: what is installed is asked of dpkg and never of the network,
# and what is built is asked of the files' times.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
export PATH=$PATH:/usr/sbin:/sbin # nginx lives there

# packages_for first_run|run|test|check|bench|machine|fuzz|fresh: Debian's own packages; nothing else comes from outside, but for what
# install_reference_servers says. A|B>=1.2: the first of them that this Debian has, B from that version on.
packages_for() {
    if [ "$1" = fresh ]; then
        echo mmdebstrap systemd-container git
        return
    fi
    echo g++ cmake ninja-build ccache pkg-config libsystemd-dev libmnl-dev libsqlite3-dev libcurl4-openssl-dev libfmt-dev libabsl-dev \
        libspdlog-dev libcli11-dev libtomlplusplus-dev nlohmann-json3-dev libssl-dev \
        libyaml-cpp-dev libncurses-dev nginx-light
    if [ "$1" = first_run ]; then return; fi # what follows has 17,000 files, and no download wants one
    local netguard=(clang libbpf-dev libcap-ng-dev libseccomp-dev) windows=(libxcb1-dev libxcb-res0-dev libwayland-dev libwayland-bin)
    local line=(libsodium-dev libnats-dev)
    local packing=(build-essential debhelper lintian)
    echo scdoc "libboost-dev>=1.81|libboost1.81-dev"
    if [ "$1" != run ]; then echo doctest-dev librapidcheck-dev python3 python3-pytest python3-pytest-xdist python3-jeepney python3-pyte; fi
    if [ "$1" = test ]; then
        echo python3-pyftpdlib openssl      # servers to transfer from
        echo "${line[@]}" nats-server python3-cryptography # the line of messages, its broker, and a device's keys
        echo minisign                       # reads and makes what signs a fleet's documents
        echo librsvg2-bin                   # the icons
        echo dbus dunst xvfb xdotool x11-utils # a desktop to show notifications on
        echo "${windows[@]}" openbox xterm sway foot # X's and Wayland's
        echo zsh fish                       # shells to complete in
        echo upower power-profiles-daemon umockdev gir1.2-umockdev-1.0 python3-gi # a laptop's power
        echo network-manager modemmanager dnsmasq-base # its network
        echo "${netguard[@]}" polkitd iproute2 util-linux # who lets it, and networks for it
        echo python3-prometheus-client      # reads what /metrics says
        echo mmdebstrap systemd-container   # a whole machine, where the tests run as root
        echo "${packing[@]}"                # and on a machine with Stint's packages
        echo chromium                       # the Task Manager's page is looked at
        command -v npm >/dev/null || echo nodejs npm # and led, by what install_page_tools fetches
    fi
    if [ "$1" = package ]; then echo "${packing[@]}" "${netguard[@]}" "${windows[@]}" "${line[@]}"; fi
    if [ "$1" = machine ]; then echo mmdebstrap qemu-system-x86 seabios e2fsprogs acpica-tools python3; fi # a virtual one
    if [ "$1" = bench ]; then
        echo curl wget aria2 beanstalkd redis-server iperf3 "${netguard[@]}" iproute2 dbus polkitd
        echo "${line[@]}" nats-server openssl mosquitto libmosquitto-dev wrk # ./bench push
    fi
    if [ "$1" = fuzz ]; then echo clang-19 libclang-rt-19-dev "${line[@]}"; fi
    if [ "$1" = check ]; then echo clang-format clang-tidy-19 shellcheck abigail-tools xz-utils desktop-file-utils appstream reuse; fi
}

say() { printf '== %s\n' "$*" >&2; }
die() {
    printf '%s: %s\n' "${0##*/}" "$*" >&2
    exit 1
}

as_root() {
    if [ "$(id -u)" -eq 0 ]; then
        "$@"
    elif command -v sudo >/dev/null; then
        sudo "$@"
    else
        die "cannot run '$*' without root or sudo"
    fi
}

# is_installed PACKAGE, as packages_for has it. PRESENT: what dpkg has, "name installed version" each after a newline.
is_installed() {
    local one name version
    for one in ${1//|/ }; do
        name=${one%%>=*}
        version=${present#*$'\n'"$name installed "}
        if [ "$version" = "$present" ]; then continue; fi
        if [ "$name" = "$one" ]; then return; fi
        if dpkg --compare-versions "${version%%$'\n'*}" ge "${one#*>=}"; then return; fi
    done
    return 1
}

# install first_run|run|test|check|bench|machine|fuzz|fresh: what is missing. A fresh machine has no package lists yet: fetched when the first try fails.
install() {
    local wanted names package present missing=()
    mapfile -t wanted < <(packages_for "$1" | tr ' ' '\n')
    mapfile -t names < <(printf '%s\n' "${wanted[@]//|/$'\n'}" | sed 's/>=.*//')
    present=$'\n'$(dpkg-query -W -f='${Package} ${db:Status-Status} ${Version}\n' "${names[@]}" 2>/dev/null || true)
    for package in "${wanted[@]}"; do
        is_installed "$package" || missing+=("$package")
    done
    if [ ${#missing[@]} -eq 0 ]; then return; fi
    command -v apt-get >/dev/null || die "missing: ${missing[*]} (Debian's names; install their like and try again)"
    say "installing ${missing[*]}"
    local get=(env DEBIAN_FRONTEND=noninteractive apt-get -o Acquire::Retries=5 satisfy -y -qq --no-install-recommends)
    mapfile -t -O ${#get[@]} get < <(printf '%s\n' "${missing[@]}" | sed -E 's/\|/ | /g; s/>=([^ ]*)/ (>= \1)/g') # as a control file says it
    if ! as_root "${get[@]}" >"$(scratch install.log)" 2>&1; then
        as_root apt-get update -qq >&2 || die "cannot fetch Debian's package lists"
        as_root "${get[@]}" >"$(scratch install.log)" 2>&1 || die "cannot install; see $(scratch install.log)"
    fi
    touch "$(scratch installed)"
}

# install_pinned DIRECTORY: what its package-lock.json pins, where that is not there yet.
install_pinned() {
    local place=$root/$1
    if [ "$place/node_modules/.package-lock.json" -nt "$place/package-lock.json" ]; then return; fi
    say "installing what $1/package-lock.json pins"
    (cd "$place" && npm ci --ignore-scripts --no-audit --no-fund --fetch-retries=5) >"$(scratch npm.log)" 2>&1 || return 1
    touch "$place/node_modules/.package-lock.json"
}

# install_reference_servers: a push service of npm's web-push, and the tus protocol's own server, which Debian has not. Nor
# has Debian 12 a Node.js that is new enough for the latter: where there is none, its tests are skipped, and say so.
install_reference_servers() {
    if ! command -v npm >/dev/null; then
        say "no npm: what needs the reference servers is skipped"
        return
    fi
    install_pinned tests/e2e/webpush || die "cannot install npm's web-push; see $(scratch npm.log)"
    if [[ $(node --version) < v20.19 ]]; then
        say "no Node.js 20.19 or later: what needs the tus reference server is skipped"
        return
    fi
    install_pinned tests/e2e/tus || die "cannot install the tus reference server; see $(scratch npm.log)"
}

# install_prometheus: unpacked, for Debian's package would have the machine run one.
install_prometheus() {
    if command -v prometheus >/dev/null || [ -x "$(scratch prometheus/usr/bin/prometheus)" ]; then return; fi
    say "fetching prometheus"
    (cd "$root/build" && apt-get download -qq prometheus && dpkg -x prometheus_*.deb prometheus && rm prometheus_*.deb) \
        >"$(scratch prometheus.log)" 2>&1 || say "no prometheus: its test is skipped; see $(scratch prometheus.log)"
}

# install_page_tools: what drives Chromium through the page, and axe-core. Debian's own Node.js is new enough for them.
install_page_tools() { install_pinned tests/page; }

# configure PRESET: where that was not done since the presets changed, or packages came that it may find now.
configure() {
    local preset=$1 made=$root/build/$1/build.ninja # -nt is false where it is not there yet
    if [ "$made" -nt "$root/CMakePresets.json" ] && [ ! "$(scratch installed)" -nt "$made" ]; then return; fi
    say "configuring build/$preset"
    (cd "$root" && cmake --preset "$preset") >"$(scratch configure.log)" 2>&1 ||
        die "cannot configure; see $(scratch configure.log)"
}

# compiled_anywhere TREE: what the compiler's cache has of the same files in another tree is good for this one. debhelper
# gives a build a home and a language of its own.
compiled_anywhere() {
    CCACHE_DIR=${CCACHE_DIR-$(ccache --get-config cache_dir 2>/dev/null || true)}
    export CCACHE_DIR CCACHE_BASEDIR=$1 CCACHE_NOHASHDIR=1 CCACHE_SLOPPINESS=locale
}

# build PRESET [TARGET]: all of it, or what TARGET names; no output and no ninja when no file is newer than the last build.
build() {
    local preset=$1 target=${2-all} directory=$root/build/$1
    local stamp=$directory/.built-$target
    local sources=(CMakeLists.txt CMakePresets.json cmake dbus examples include libs man packaging src tests)
    if [ -f "$stamp" ] &&
        [ -z "$(cd "$root" && find "${sources[@]}" \( -name __pycache__ -o -name node_modules \) -prune -o -newer "$stamp" -print -quit)" ]; then
        return
    fi
    mkdir -p "$directory"
    touch "$stamp.new" # what changes while we build is newer than this build
    configure "$preset"
    say "building build/$preset"
    compiled_anywhere "$root"
    ninja -C "$directory" "$target" >&2 || die "cannot build build/$preset"
    mv "$stamp.new" "$stamp"
}

# scratch NAME: a file of ours below build/.
scratch() {
    mkdir -p "$root/build"
    printf '%s' "$root/build/$1"
}
