#include "push/mailbox/post_office.hpp"

#include "base/result/errors.hpp"

namespace stint::push {
namespace {
constexpr int threads = 4; ///< mailboxes that are read at once
}

void PostOffice::Watch::changed(bool up) {
    const std::lock_guard lock(mutex);
    isUp = up;
    if (keeper) keeper->connected(up);
}

Result<std::unique_ptr<PostOffice>> PostOffice::open(const Settings& settings, const ServerKeys& keys, Outbox outbox) {
    auto watch = std::make_shared<Watch>();
    auto broker = STINT_TRY(Broker::connect({.url = settings.url,
                                             .credentials = settings.credentials,
                                             .changed = [watch](bool up) { watch->changed(up); }}));
    std::unique_ptr<PostOffice> made(
        new PostOffice(std::move(watch), std::move(broker), keys, std::move(outbox), settings));
    STINT_TRY(made->registrations_.follow());
    STINT_TRY(made->mailbox_.serve(threads));
    return made;
}

PostOffice::PostOffice(std::shared_ptr<Watch> watch, Broker broker, const ServerKeys& keys, Outbox outbox,
                       const Settings& settings)
    : watch_(std::move(watch)), broker_(std::move(broker)), registrations_(broker_, keys),
      keeper_(std::move(outbox), broker_,
              {.alsoOpen = [this] { return registrations_.readAll(); }, .tell = settings.tell}),
      mailbox_(broker_, keeper_, registrations_) {
    const std::lock_guard lock(watch_->mutex);
    watch_->keeper = &keeper_;
    keeper_.connected(watch_->isUp);
}

// The broker goes first: nobody is called back by it any more when the rest goes.
PostOffice::~PostOffice() {
    {
        const std::lock_guard lock(watch_->mutex);
        watch_->keeper = nullptr;
    }
    broker_.close();
}

} // namespace stint::push
