// The keeper's messages that are taken back (push.md §3.2): noted in the outbox, then deleted from their stream.
#include <chrono>
#include <string>
#include <vector>

#include "base/result/errors.hpp"
#include "base/time/clock.hpp"
#include "push/mailbox/keeper.hpp"

namespace stint::push {
namespace {

constexpr auto untilAcknowledged = std::chrono::milliseconds(2'000); ///< what was sent before a message is taken back

} // namespace

// Durable before anything is answered: what was taken back is not sent any more. What another server has noted matters
// where the outbox here has anything at all.
void Keeper::note(std::vector<Unwanted> unwanted) {
    std::vector<TakenBack> all;
    Bytes left = room - outbox_.size();
    if (left == room) std::erase_if(unwanted, [](const Unwanted& one) { return !one.done; });
    for (const Unwanted& one : unwanted) {
        if (!one.done) continue;
        left -= Outbox::sizeOf(one.what);
        all.push_back(one.what);
    }
    const auto noted =
        left < 0 ? Result<void>(fail(Errc::UNAVAILABLE, "the outbox is full")) : outbox_.takeBack(all, wallNow());
    if (!noted.ok()) tell(noted.error().message);
    for (Unwanted& one : unwanted) {
        if (one.done && !noted.ok()) {
            one.done(noted.error());
            continue;
        }
        const auto stream = streams_.find(streamOfSubject(one.what.subject));
        if (stream != streams_.end() && !stream->second.sent.empty()) one.behind = stream->second.sent.rbegin()->first;
        one.until = std::chrono::steady_clock::now() + untilAcknowledged;
        unwanted_.push_back(std::move(one));
    }
}

// A message that the stream has not acknowledged may not be seen there yet. Where the broker is away it is enough that
// it is noted: reconnect() sees to it.
void Keeper::settle() {
    std::vector<TakenBack> gone;
    const auto answer = [](const Unwanted& one, bool isDone) {
        if (one.done) one.done(isDone);
    };
    std::erase_if(unwanted_, [&](const Unwanted& one) {
        if (isOpen_) {
            const auto& sent = streams_.at(streamOfSubject(one.what.subject)).sent;
            const bool isBehind = !sent.empty() && sent.begin()->first <= one.behind;
            if (isBehind && std::chrono::steady_clock::now() < one.until) return false;
            const auto wasThere =
                isBehind ? Result<bool>(fail(Errc::UNAVAILABLE, "the broker acknowledges nothing")) : takenFromAll(one);
            if (wasThere.ok()) {
                if (one.done) gone.push_back(one.what);
                answer(one, *wasThere);
                return true;
            }
            isOpen_ = false;
            tell(wasThere.error().message);
        }
        answer(one, true);
        return true;
    });
    if (!gone.empty()) (void)outbox_.tellTaken(gone); // else they are deleted once more
}

// Deleted first, so that it is this server that finds it: the others delete what they hear of. What their outboxes send
// until then is among that. As long as there are not three servers, one may hold what no stream has.
Result<bool> Keeper::takenFromAll(const Unwanted& one) {
    const bool wasThere = STINT_TRY(deleted(one.what));
    if (cluster_ && one.done) STINT_TRY(cluster_->taken().note(one.what, wallNow()));
    return wasThere || (cluster_ && !isReplicated_);
}

// A subject has few messages: all are looked at. False: it is none of them.
Result<bool> Keeper::deleted(const TakenBack& what) {
    const std::string stream = streamOfSubject(what.subject);
    bool wasThere = false;
    for (std::uint64_t from = 1;;) {
        const auto found = STINT_TRY(broker_.next(stream, from, what.subject));
        if (!found) return wasThere;
        from = found->sequence + 1;
        if (idOf(found->headers) != what.id) continue;
        STINT_TRY(broker_.remove(stream, found->sequence));
        wasThere = true;
    }
}

} // namespace stint::push
