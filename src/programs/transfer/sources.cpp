#include "programs/transfer/sources.hpp"

#include <algorithm>

#include <fmt/core.h>

#include "programs/transfer/sidecar.hpp"

namespace stint::transfer {
namespace {

std::vector<std::string> sourcesOf(const Download& download) {
    std::vector<std::string> all{download.url};
    all.insert(all.end(), download.mirrors.begin(), download.mirrors.end());
    return all;
}

} // namespace

std::string urlOf(const std::string& source, const Download& download) {
    const std::vector<std::string> all = sourcesOf(download);
    const auto found = std::ranges::find(all, source, sourceOf);
    return found == all.end() ? "" : *found;
}

Sources::Sources(const Download& download) : urls_(sourcesOf(download)), failures_(urls_.size()) {}

bool Sources::isAsked(const std::string& source) const { return sourceOf(url()) == source; }

std::string Sources::mirrorAsked() const { return at_ == 0 ? "" : serverOf(url()); }

Access Sources::access(const Access& given) const {
    return originOf(url()) == originOf(urls_.front()) ? given : withoutSecrets(given);
}

void Sources::turnTo(const std::string& source) {
    const auto found = std::ranges::find(urls_, source, sourceOf);
    if (found != urls_.end()) at_ = static_cast<std::size_t>(found - urls_.begin());
}

std::optional<Ending> Sources::failed(Ending ending) {
    failures_[at_] = std::move(ending);
    for (std::size_t step = 1; step < urls_.size(); ++step) {
        const std::size_t next = (at_ + step) % urls_.size();
        if (failures_[next]) continue;
        at_ = next;
        return std::nullopt;
    }
    return allFailed();
}

Ending Sources::allFailed() const {
    Ending all = *failures_.front();
    if (!areSeveral()) return all;
    all.text.clear();
    for (std::size_t i = 0; i < urls_.size(); ++i) {
        const Ending& one = *failures_[i];
        const std::string server = serverOf(urls_[i]);
        const bool isNamed = one.text.find(server) != std::string::npos;
        all.text +=
            fmt::format("{}{}{}", i == 0 ? "no source has it now: " : "; ", isNamed ? "" : server + ": ", one.text);
        if (one.fate != Fate::Later || all.fate == Fate::Later) continue;
        all.fate = Fate::Later;
        all.exitCode = one.exitCode;
    }
    return all;
}

} // namespace stint::transfer
