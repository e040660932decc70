// `stint device`, `stint device set`, `stint device reset`.
#include <fmt/core.h>

#include "base/fail.hpp"
#include "cli/commands.hpp"
#include "cli/daemon.hpp"
#include "cli/exit_code.hpp"
#include "cli/json.hpp"
#include "cli/table.hpp"
#include "cli/text.hpp"

namespace stint::cli {
namespace {

Result<std::vector<wire::DeviceRow>> values() {
    auto daemon = STINT_TRY(Daemon::connect());
    return daemon.device();
}

/// "charging=false": which keys and values there are, the daemon knows.
Result<std::map<std::string, std::string>> changesIn(const std::vector<std::string>& words) {
    std::map<std::string, std::string> changes;
    for (const auto& word : words) {
        auto equals = word.find('=');
        if (equals == std::string::npos || equals == 0)
            return fail(Errc::IllegalArgument, "\"{}\" is no KEY=VALUE, as in charging=false", printable(word));
        auto [at, fresh] = changes.emplace(word.substr(0, equals), word.substr(equals + 1));
        if (!fresh) return fail(Errc::IllegalArgument, "{} is set twice", printable(at->first));
    }
    return changes;
}

Result<void> set(const std::vector<std::string>& words) {
    auto changes = STINT_TRY(changesIn(words));
    auto daemon = STINT_TRY(Daemon::connect());
    return daemon.setDevice(changes);
}

Result<void> reset(const std::vector<std::string>& keys) {
    auto daemon = STINT_TRY(Daemon::connect());
    return daemon.resetDevice(keys);
}

} // namespace

int device(const Arguments&, const Screen& screen) {
    auto rows = values();
    if (!rows.ok()) return screen.fail("cannot show the device", rows.error());
    Table table({{"KEY"}, {"VALUE"}, {"SOURCE"}});
    for (const auto& row : *rows) {
        if (screen.json()) screen.print(jsonOf(row));
        table.add({row.key, row.value, {row.source, row.source == "set" ? Paint::Waiting : Paint::Faint}});
    }
    if (!screen.json()) table.print(screen);
    return ends::ok;
}

int deviceSet(const Arguments& given, const Screen& screen) {
    auto done = set(given.words);
    return done.ok() ? ends::ok : screen.fail("cannot set the device", done.error());
}

int deviceReset(const Arguments& given, const Screen& screen) {
    auto done = reset(given.words);
    return done.ok() ? ends::ok : screen.fail("cannot reset the device", done.error());
}

} // namespace stint::cli
