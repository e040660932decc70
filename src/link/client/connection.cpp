#include "stint/connection.hpp"
#include "base/result/try.hpp"

#include "link/client/connection_impl.hpp"
#include "link/wire/fields.hpp"
#include "link/wire/limits.hpp"
#include "link/wire/names.hpp"
#include "stint/job_service.hpp"

namespace stint {
namespace {

template <class Impl> Result<wire::Standing> standingOf(Impl& impl) {
    wire::Standing standing;
    STINT_TRY(impl.ask(wire::appInterface, "GetStanding", client::noOptions,
                       [&standing](wire::Reader& reader) -> Result<void> {
                           standing = STINT_TRY(wire::readRow<wire::Standing>(reader));
                           return {};
                       }));
    return standing;
}

} // namespace

Connection::Connection(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}
Connection::Connection(Connection&&) noexcept = default;
Connection& Connection::operator=(Connection&&) noexcept = default;
Connection::~Connection() = default;

Result<Connection> Connection::open() {
    auto impl = STINT_TRY(Impl::open());
    return Connection(std::move(impl));
}

int Connection::fd() const { return impl_->fd(); }
std::optional<Duration> Connection::timeout() const { return impl_->timeout(); }
Result<bool> Connection::dispatch() { return impl_->dispatch(); }
Result<std::string> Connection::package() { return impl_->package(); }

Result<void> Connection::startForegroundService(std::string name, std::int32_t notificationId,
                                                const Notification& notification) {
    return impl_->startForeground(name, {notificationId, notification});
}

Result<void> Connection::stopForegroundService(std::string name) { return impl_->stopForeground(name); }

Result<void> Connection::createNotificationChannel(std::string id, std::string name, std::string importance) {
    return impl_->call(
        "CreateNotificationChannel",
        [&](wire::Writer& writer) {
            const wire::DictionaryWriter options(writer.string(id).string(name).string(importance));
        },
        [](wire::Reader&) { return Result<void>(); });
}

Result<void> Connection::deleteNotificationChannel(std::string id) {
    return impl_->call(
        "DeleteNotificationChannel",
        [&](wire::Writer& writer) { const wire::DictionaryWriter options(writer.string(id)); },
        [](wire::Reader&) { return Result<void>(); });
}

Result<void> Connection::host(std::string name, BroadcastReceiver& receiver) { return impl_->host(name, receiver); }

Result<std::int32_t> Connection::getAppStandbyBucket() {
    const auto standing = STINT_TRY(standingOf(*impl_));
    return valueOf(standing.bucket);
}
Result<std::int32_t> Connection::getMyImportance() {
    const auto standing = STINT_TRY(standingOf(*impl_));
    return standing.importance;
}
Result<bool> Connection::isNetworkBlocked() {
    const auto standing = STINT_TRY(standingOf(*impl_));
    return !standing.networkAllowed;
}

Result<void> Connection::onNetworkBlocked(std::function<void(bool, const std::string&)> told) {
    return impl_->watchNetwork(std::move(told));
}

Result<void> Connection::host(std::string name, JobService& service) {
    service.connection_ = impl_;
    return impl_->host(name, service);
}

} // namespace stint
