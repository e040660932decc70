#!/usr/bin/env bash
# Other people's code in the Task Manager's page (web/vendor) is fetched by npm, never by hand: scripts/vendor.sh
# fetches it again, scripts/vendor.sh --check says whether the files there are the ones that were fetched.
set -euo pipefail
cd "$(dirname "$0")/.."

# Name, version and the package's SHA-256; what of it is kept.
package=uplot version=1.6.32 digest=4b8a8191e425658e3ea8c8c1314b0fc679c861ee3a1af2b20c7b16ba50b5133d
files=(dist/uPlot.esm.js dist/uPlot.min.css)

if [ "${1-}" = --check ]; then
    cd web/vendor && sha256sum --quiet --check SHA256SUMS
    exit
fi
directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT
(cd "$directory" && npm pack --silent "$package@$version" >/dev/null)
echo "$digest  $directory/$package-$version.tgz" | sha256sum --quiet --check
tar -xzf "$directory/$package-$version.tgz" -C "$directory"
mkdir -p web/vendor
for file in "${files[@]}"; do
    cp "$directory/package/$file" "web/vendor/$(basename "$file")"
done
cp "$directory/package/LICENSE" LICENSES/MIT.txt # .reuse/dep5: whose it is
cd web/vendor && sha256sum uPlot.* >SHA256SUMS
echo "web/vendor: $package $version"
