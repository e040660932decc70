#include "programs/transfer/engine.hpp"

#include <algorithm>
#include <climits>
#include <vector>

#include "base/result/errors.hpp"
#include "programs/transfer/download_transfer.hpp"
#include "programs/transfer/tus_transfer.hpp"
#include "programs/transfer/upload.hpp"

namespace stint::transfer {
namespace {

constexpr auto reportEvery = std::chrono::seconds{1};

} // namespace

void Transfer::end(Ending ending) {
    if (ending_) return;
    // A transfer that is done before its next report has moved its bytes all the same.
    const auto last = ending.fate == Fate::Done && watcher_.progressed ? progress() : std::nullopt;
    if (last && last != reported_) watcher_.progressed(*last);
    ending_ = std::move(ending);
    leave();
}

void Transfer::settle(Clock::time_point now) {
    if (ending_) return;
    tidy(now);
    auto from = due();
    if (!from || now < *from) return;
    nextReport_ = now + reportEvery;
    reported_ = progress();
    if (watcher_.progressed) watcher_.progressed(*reported_);
}

std::optional<Transfer::Clock::time_point> Transfer::due() const {
    if (ending_) return std::nullopt;
    auto now = progress();
    if (!now || reported_ == now) return std::nullopt;
    return nextReport_;
}

Engine::Engine(std::string boot) : disk_([this] { multi_.wake(); }), boot_(std::move(boot)) {}

Engine::~Engine() {
    for (auto& [ticket, transfer] : transfers_)
        transfer->stop();
}

Engine::Ticket Engine::start(const Download& spec, Watcher watcher) {
    return add<DownloadTransfer>(spec, std::move(watcher));
}

Engine::Ticket Engine::start(const Upload& spec, Watcher watcher) {
    if (spec.protocol == Upload::Protocol::Tus) return add<TusTransfer>(spec, std::move(watcher));
    return add<PutTransfer>(spec, std::move(watcher));
}

template <class Made, class Spec> Engine::Ticket Engine::add(const Spec& spec, Watcher watcher) {
    Ticket ticket = ++tickets_;
    auto good = checked(spec);
    const Transfer::World world{{multi_, throttle_}, disk_, boot_};
    std::unique_ptr<Transfer> transfer = std::make_unique<Made>(good ? *good : spec, std::move(watcher), world);
    if (!good) {
        transfer->end(never(ends::usage, good.error().message));
    } else {
        waiting_.emplace(ticket, transfer.get());
    }
    transfers_.emplace(ticket, std::move(transfer));
    multi_.wake(); // so that the next turn begins it at once
    return ticket;
}

// False: the file is locked, perhaps by work of this process for a run that was just stopped. PROPOSAL: if another
// process holds the lock, another transfer writes the very same file; this one tries again later.
bool Engine::tryBegin(Transfer& transfer) {
    if (transfer.begin()) {
        transfer.settle(Transfer::Clock::now()); // the amount in place is told before a byte is moved (jobs.md §4.7)
        return true;
    }
    if (!disk_.idle()) return false;
    transfer.end(later("another transfer is at work on this file"));
    return true;
}

void Engine::beginWaiting() {
    std::erase_if(waiting_, [this](const auto& entry) { return tryBegin(*entry.second); });
}

void Engine::stop(Ticket ticket) {
    auto found = transfers_.find(ticket);
    if (found == transfers_.end()) return;
    found->second->stop();
    waiting_.erase(ticket);
    transfers_.erase(found);
}

void Engine::cancel(Ticket ticket) {
    auto found = transfers_.find(ticket);
    if (found == transfers_.end()) return;
    waiting_.erase(ticket);
    if (!found->second->takeBack()) transfers_.erase(found);
}

void Engine::reconnect(Ticket ticket) {
    if (auto found = transfers_.find(ticket); found != transfers_.end()) found->second->reconnect();
}

void Engine::turn(int descriptor, std::optional<Duration> atMost) {
    wait(descriptor, atMost);
    beginWaiting();
    throttle_.letGo();
    multi_.act();
    collectFetches();
    if (disk_.collect()) beginWaiting();
    auto now = Transfer::Clock::now();
    for (auto& [ticket, transfer] : transfers_)
        transfer->settle(now);
    tellEndings();
}

void Engine::wait(int descriptor, std::optional<Duration> atMost) {
    Duration most = atMost.value_or(Duration{INT_MAX});
    if (const auto ours = timeout()) most = std::min(most, *ours);
    multi_.wait(descriptor, most);
}

std::optional<Duration> Engine::timeout() const {
    std::optional<Transfer::Clock::time_point> next = multi_.due();
    const auto sooner = [&](const std::optional<Transfer::Clock::time_point>& due) {
        if (due) next = next ? std::min(*next, *due) : *due;
    };
    for (const auto& [ticket, transfer] : transfers_)
        sooner(transfer->due());
    sooner(throttle_.due());
    if (!next) return std::nullopt;
    return std::max(Duration{0}, std::chrono::ceil<Duration>(*next - Transfer::Clock::now()));
}

void Engine::collectFetches() {
    int left = 0;
    while (CURLMsg* message = curl_multi_info_read(multi_.get(), &left)) {
        if (message->msg != CURLMSG_DONE) continue;
        CURL* handle = message->easy_handle;
        CURLcode code = message->data.result; // the message is freed with its handle
        for (const auto& [key, transfer] : transfers_)
            if (transfer->fetchEnded(handle, code)) break;
    }
}

void Engine::tellEndings() {
    std::vector<std::unique_ptr<Transfer>> ended;
    for (auto entry = transfers_.begin(); entry != transfers_.end();) {
        auto here = entry++;
        if (!here->second->ending()) continue;
        waiting_.erase(here->first);
        ended.push_back(std::move(here->second));
        transfers_.erase(here);
    }
    // Removed before their watchers are called, which may start and stop others.
    for (const auto& transfer : ended)
        if (transfer->watcher().ended) transfer->watcher().ended(*transfer->ending());
}

} // namespace stint::transfer
