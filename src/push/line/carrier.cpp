#include "push/line/carrier.hpp"

#include <csignal>
#include <utility>

#include <pthread.h>

#include "base/result/errors.hpp"

namespace stint::push {
namespace {

constexpr std::size_t mostHeard = 1'000;
constexpr Bytes mostHeardBytes = 1 << 20;

/// Signals are the loop's.
void blockSignals() {
    sigset_t all;
    sigfillset(&all);
    ::pthread_sigmask(SIG_BLOCK, &all, nullptr);
}

} // namespace

Result<std::unique_ptr<Carrier>> Carrier::open(sd_event* loop, Follower follower) {
    std::unique_ptr<Carrier> made(new Carrier(loop));
    made->follower_ = std::move(follower);
    made->handover_ = STINT_TRY(Handover::open(loop));
    made->thread_ = std::thread([it = made.get()] {
        blockSignals();
        it->work();
    });
    return made;
}

Carrier::~Carrier() {
    {
        const std::lock_guard lock(ordering_);
        isEnding_ = true;
        orders_.clear();
    }
    ordered_.notify_one();
    if (thread_.joinable()) thread_.join();
}

void Carrier::connect(Broker::Settings settings) {
    forgetHeard();
    open_.clear();
    ++connection_;
    {
        const std::lock_guard lock(hearing_);
        heardOver_ = connection_;
    }
    order({.connection = connection_, .settings = std::move(settings)});
}

void Carrier::disconnect() {
    forgetHeard();
    open_.clear();
    order({.connection = ++connection_});
}

void Carrier::ask(std::string subject, std::string question, Duration patience, Answered answered) {
    const std::uint64_t number = ++asked_;
    Question& made = open_.try_emplace(number, loop_).first->second;
    made.answered = std::move(answered);
    made.late.set(patience, [this, number] { end(number, fail(Errc::UNAVAILABLE, "nobody has answered in time")); });
    order({.connection = connection_, .asked = Asked{number, std::move(subject), std::move(question), patience}});
}

void Carrier::end(std::uint64_t number, const Result<std::string>& answer) {
    if (const auto ended = open_.extract(number)) ended.mapped().answered(answer);
}

void Carrier::listenOnlyTo(std::set<std::string> subjects) {
    order({.connection = connection_, .subjects = std::move(subjects)});
}

void Carrier::order(Order order) {
    {
        const std::lock_guard lock(ordering_);
        std::erase_if(orders_, [&](const Order& one) { return one.connection != order.connection; });
        orders_.push_back(std::move(order));
    }
    ordered_.notify_one();
}

void Carrier::work() {
    std::optional<Broker> broker;
    while (true) {
        Order next;
        {
            std::unique_lock lock(ordering_);
            ordered_.wait(lock, [this] { return isEnding_ || !orders_.empty(); });
            if (isEnding_) return;
            next = std::move(orders_.front());
            orders_.pop_front();
        }
        perform(next, broker);
    }
}

// An order without anything in it ends the connection.
void Carrier::perform(Order& order, std::optional<Broker>& broker) {
    if (order.asked) return pose(order.connection, *order.asked, broker);
    if (order.subjects) {
        if (!broker) return;
        const auto hear = [this, of = order.connection](const Stored& message) { this->hear(of, message); };
        const auto done = broker->listenOnlyTo(*order.subjects, hear);
        if (!done.ok()) tell(order.connection, [this] { follower_.changed(false); });
        return;
    }
    broker.reset();
    if (!order.settings) return;
    auto made = Broker::connect(*order.settings);
    if (!made.ok()) {
        tell(order.connection, [this, why = made.error().message] { follower_.ended(why); });
        return;
    }
    broker.emplace(std::move(made).value());
    const std::uint64_t of = order.connection;
    broker->follow(
        [this, of](bool up) { tell(of, [this, up] { follower_.changed(up); }); },
        [this, of](Ending how) {
            tell(of, [this, how] {
                if (how == Ending::GivenUp) return follower_.givenUp();
                follower_.ended("the broker does not let this device in");
            });
        },
        [this, of](const std::vector<std::string>& places) { tell(of, [this, places] { follower_.others(places); }); });
}

void Carrier::pose(std::uint64_t connection, const Asked& asked, const std::optional<Broker>& broker) {
    const auto done = [this, connection, number = asked.number](Result<std::string> answer) {
        tell(connection, [this, number, answer = std::move(answer)] { end(number, answer); });
    };
    if (!broker) return done(fail(Errc::UNAVAILABLE, "no connection to the broker"));
    broker->askBeside(asked.subject, asked.text, asked.patience, done);
}

void Carrier::tell(std::uint64_t connection, std::function<void()> what) {
    handover_->leave([this, connection, what = std::move(what)] {
        if (connection == connection_) what();
    });
}

void Carrier::hear(std::uint64_t connection, const Stored& message) {
    {
        const std::lock_guard lock(hearing_);
        if (connection != heardOver_) return;
        const Bytes size = sizeOf(message);
        const bool isFirst = heard_.empty() && !lost_;
        if (heard_.size() >= mostHeard || heardBytes_ + size > mostHeardBytes) {
            lost_ = true;
        } else {
            heard_.push_back(message);
            heardBytes_ += size;
        }
        if (!isFirst) return; // the loop knows already
    }
    tell(connection, [this] { follower_.heard(); });
}

std::vector<Stored> Carrier::take(std::size_t most) {
    const std::lock_guard lock(hearing_);
    std::vector<Stored> taken;
    while (!heard_.empty() && taken.size() < most) {
        heardBytes_ -= sizeOf(heard_.front());
        taken.push_back(std::move(heard_.front()));
        heard_.pop_front();
    }
    return taken;
}

bool Carrier::hasLost() {
    const std::lock_guard lock(hearing_);
    return std::exchange(lost_, false);
}

void Carrier::forgetHeard() {
    const std::lock_guard lock(hearing_);
    heard_.clear();
    heardBytes_ = 0;
    lost_ = false;
}

} // namespace stint::push
