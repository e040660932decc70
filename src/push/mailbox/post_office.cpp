#include "push/mailbox/post_office.hpp"

#include <utility>

#include "base/result/errors.hpp"
#include "base/time/clock.hpp"
#include "push/mailbox/retelling.hpp"

namespace stint::push {
namespace {
constexpr auto longestStall = std::chrono::minutes(1), betweenHealings = std::chrono::minutes(5); ///< PROPOSAL, both
} // namespace

Result<std::unique_ptr<PostOffice>> PostOffice::open(const Settings& settings, const ServerKeys& keys, Outbox outbox) {
    auto broker = STINT_TRY(Broker::connect({.urls = {settings.url},
                                             .credentials = settings.credentials,
                                             .device = {},
                                             .certified = settings.certified,
                                             .clustered = settings.member.has_value()}));
    std::unique_ptr<PostOffice> made(new PostOffice(std::move(broker), keys, std::move(outbox), settings));
    if (made->cluster_) {
        STINT_TRY(made->cluster_->follow());
        STINT_TRY(tellAgainAfterElections(made->broker_));
    }
    STINT_TRY(made->registrations_.follow());
    STINT_TRY(made->roster_.follow());
    return made;
}

PostOffice::PostOffice(Broker broker, const ServerKeys& keys, Outbox outbox, const Settings& settings)
    : broker_(std::move(broker)), roster_(broker_, keys, [this] { (void)revocations_.uphold(wallNow()); }),
      registrations_(broker_, keys, roster_), revocations_(roster_, registrations_, settings.data, settings.revoked),
      replicas_(broker_), stalled_(settings.stalled), mailbox_(broker_, keeper_, registrations_, roster_),
      keeper_(std::move(outbox), broker_, joined(settings),
              {.alsoOpen = [this, opened = settings.opened, tell = settings.tell]() mutable -> Result<void> {
                   STINT_TRY(alsoOpen(tell));
                   if (opened) std::exchange(opened, nullptr)();
                   return {};
               },
               .answer = [this](bool are) { return mailbox_.answer(are); },
               .tell = settings.tell,
               .refresh = [this] { refresh(); }}) {
    broker_.follow([this](bool up) { keeper_.connected(up); },
                   [ended = settings.ended](Ending how) {
                       ended(how == Ending::Refused ? "nats-server does not let this endpoint in"
                                                    : "nats-server took the connection, and said nothing");
                   });
}

// Before anything is sent or answered: who is revoked has no registration any more. A file that cannot be written is
// told of, and keeps nobody from sending: the bucket has it, too.
Result<void> PostOffice::alsoOpen(const std::function<void(const std::string& sentence)>& tell) {
    STINT_TRY(registrations_.open(cluster_ ? cluster_->replicas() : 1));
    STINT_TRY(roster_.open());
    auto upheld = revocations_.uphold(wallNow());
    if (!upheld.ok() && upheld.error().code == Errc::UNAVAILABLE) return upheld;
    if (!upheld.ok()) tell(upheld.error().message);
    return {};
}

// A server that joined, or a device that was revoked at another server, over a route that was cut, is found so.
void PostOffice::refresh() {
    if (cluster_->replicas() > 1) heal();
    (void)cluster_->readNew();
    if (!registrations_.readNew().ok() || !roster_.readNew().ok()) return;
    (void)revocations_.uphold(wallNow());
}

// It is not asked for again before it can have helped.
void PostOffice::heal() {
    replicas_.look(cluster_->servers());
    const bool isStalled = replicas_.stalled(cluster_->name()) >= longestStall;
    const Instant now = bootNow();
    if (!isStalled || (healed_ && now < *healed_ + betweenHealings)) return;
    healed_ = now;
    stalled_();
}

Cluster* PostOffice::joined(const Settings& settings) {
    if (!settings.member) return nullptr;
    const auto changed = [this, told = settings.membersChanged] {
        keeper_.reopen();
        told();
    };
    const auto takenBack = [this](const TakenBack& what) { keeper_.takenElsewhere(what); };
    return &cluster_.emplace(broker_, *settings.member, changed, takenBack);
}

// The broker goes first: nobody is called back by it any more when the rest goes.
PostOffice::~PostOffice() { broker_.close(); }

} // namespace stint::push
