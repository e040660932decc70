// Foreground services of this process (jobs.md §5.5). The daemon forgets them when it dies, the process does not: each
// is begun anew on the next connection, before any other call there.
#include "base/result/try.hpp"
#include "link/client/connection_impl.hpp"

namespace stint {

Result<void> Connection::Impl::startForeground(const std::string& name, client::Shown shown) {
    const Hold hold(*this);
    STINT_TRY(reach());
    STINT_TRY(beginForeground(name, shown, false));
    foreground_[name] = std::move(shown);
    return {};
}

Result<void> Connection::Impl::stopForeground(const std::string& name) {
    const Hold hold(*this);
    foreground_.erase(name); // no later daemon will begin it, whether this one can be reached or not
    STINT_TRY(reach());
    auto done = link_->call(
        "StopForegroundService",
        [&](wire::Writer& writer) { const wire::DictionaryWriter options(writer.string(name)); }, client::nothing);
    noticeLoss();
    return done;
}

Result<void> Connection::Impl::beginForeground(const std::string& name, const client::Shown& shown, bool resumes) {
    auto done = link_->call(
        "StartForegroundService",
        [&](wire::Writer& writer) {
            wire::writeNotification(writer.string(name).int32(shown.id), shown.notification);
            wire::DictionaryWriter options(writer);
            if (resumes) options.put("resumes", true);
        },
        client::nothing);
    noticeLoss();
    return done;
}

void Connection::Impl::resumeForeground() {
    for (auto it = foreground_.begin(); it != foreground_.end() && link_;) {
        const auto done = beginForeground(it->first, it->second, true);
        // A daemon that refuses has another opinion of this app; asking again will not change it.
        const bool refused = !done.ok() && done.error().code != Errc::UNAVAILABLE;
        it = refused ? foreground_.erase(it) : std::next(it);
    }
}

} // namespace stint
