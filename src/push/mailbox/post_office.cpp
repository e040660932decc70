#include "push/mailbox/post_office.hpp"

#include <utility>

#include "base/result/errors.hpp"

namespace stint::push {
namespace {
constexpr int threads = 4; ///< mailboxes that are read at once
}

Result<std::unique_ptr<PostOffice>> PostOffice::open(const Settings& settings, const ServerKeys& keys, Outbox outbox) {
    auto broker = STINT_TRY(Broker::connect(
        {.urls = {settings.url}, .credentials = settings.credentials, .device = {}, .certified = settings.certified}));
    std::unique_ptr<PostOffice> made(new PostOffice(std::move(broker), keys, std::move(outbox), settings));
    STINT_TRY(made->registrations_.follow());
    STINT_TRY(made->mailbox_.serve(threads));
    return made;
}

PostOffice::PostOffice(Broker broker, const ServerKeys& keys, Outbox outbox, const Settings& settings)
    : broker_(std::move(broker)), registrations_(broker_, keys),
      keeper_(std::move(outbox), broker_,
              {.alsoOpen = [this, opened = settings.opened]() mutable -> Result<void> {
                   STINT_TRY(registrations_.readAll());
                   if (opened) std::exchange(opened, nullptr)();
                   return {};
               },
               .tell = settings.tell}),
      mailbox_(broker_, keeper_, registrations_) {
    broker_.follow([this](bool up) { keeper_.connected(up); });
}

// The broker goes first: nobody is called back by it any more when the rest goes.
PostOffice::~PostOffice() { broker_.close(); }

} // namespace stint::push
