#include "transfer/wishes.hpp"

#include <cstdlib>

namespace stint::transfer {
namespace {

Access accessOf(const PersistableBundle& extras) {
    Access access;
    access.headers = extras.getStringArray("headers");
    access.cookie = extras.getString("cookie");
    access.cookieFile = extras.getString("cookieFile");
    access.user = extras.getString("user");
    access.netrc = extras.getString("netrc");
    access.trustsRedirects = extras.getBoolean("trustsRedirects");
    access.proxy = extras.getString("proxy");
    access.noProxy = extras.getString("noProxy");
    access.authorities = extras.getString("authorities");
    access.rate = extras.getLong("rate", access.rate);
    access.leastRate = extras.getLong("leastRate", access.leastRate);
    access.leastRateFor = std::chrono::seconds(extras.getLong("leastRateFor", access.leastRateFor.count()));
    return access;
}

/// $XDG_STATE_HOME/stint/uploads (linux.md §A.10).
std::filesystem::path uploadRecords() {
    const char* state = std::getenv("XDG_STATE_HOME");
    if (state && *state == '/') return std::filesystem::path(state) / "stint/uploads";
    const char* home = std::getenv("HOME"); // stintd gives one to each service
    return std::filesystem::path(home ? home : "/") / ".local/state/stint/uploads";
}

std::string nameFor(const PersistableBundle& extras) {
    std::string label = extras.getString("label");
    if (!label.empty()) return label;
    const char* file = extras.containsKey("source") ? "source" : "output";
    return std::filesystem::path(extras.getString(file)).filename().native();
}

} // namespace

Wish wishOf(const PersistableBundle& extras) {
    Wish wish;
    wish.label = nameFor(extras);
    if (extras.containsKey("source")) {
        bool tus = extras.getString("protocol") == "tus";
        wish.upload = Upload{.url = extras.getString("url"),
                             .source = extras.getString("source"),
                             .protocol = tus ? Upload::Protocol::Tus : Upload::Protocol::Put,
                             .records = uploadRecords(),
                             .discardOnCancel = extras.getBoolean("discardOnCancel"),
                             .access = accessOf(extras)};
        return wish;
    }
    wish.download = {.url = extras.getString("url"),
                     .output = extras.getString("output"),
                     .checksum = extras.getString("checksum"),
                     .overwrite = extras.getBoolean("force"),
                     .serverNames = extras.getBoolean("serverNames"),
                     .largest = extras.getLong("largest", unknownBytes),
                     .access = accessOf(extras)};
    return wish;
}

bool sameGoal(const Wish& a, const Wish& b) {
    if (a.upload && b.upload) return a.upload->url == b.upload->url && a.upload->source == b.upload->source;
    return !a.upload && !b.upload && a.download.output == b.download.output;
}

} // namespace stint::transfer
