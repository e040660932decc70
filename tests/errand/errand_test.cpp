// fleet.md §4, §4.2: a campaign on one device, between its job, its steps and its fleet's server.
#include <doctest/doctest.h>

#include <string>
#include <utility>
#include <vector>

#include "fleet/errand/errand.hpp"

namespace stint::fleet {
using namespace std::chrono_literals;

namespace {

class Phone {
public:
    explicit Phone(std::vector<Step> steps, std::uint32_t retries = 0) {
        campaign_.steps = std::move(steps);
        campaign_.plan.retries = retries;
        campaign_.plan.retryAfter = 1h;
        start();
    }
    static Step get() { return {}; }
    static Step run(bool isIdempotent = false, bool commits = false) {
        Step step;
        step.kind = StepKind::Run;
        step.timeout = 10min;
        step.idempotent = isIdempotent;
        step.commit = commits;
        return step;
    }
    static Step verify(bool afterRestart = false) {
        Step step;
        step.kind = StepKind::Verify;
        step.timeout = 1h;
        step.afterRestart = afterRestart;
        return step;
    }

    /// The agent starts, with what the store has; `again`: the machine has, too.
    void start(bool again = false) {
        if (again) ++boot_;
        const Kept kept = errand_ ? errand_->kept() : Kept{};
        errand_.emplace(campaign_, kept, std::to_string(boot_), 5min);
        take(errand_->begin(now_));
    }
    void handle(const Errand::Event& event) { take(errand_->handle(event, now_)); }
    void after(Duration time) {
        for (const Instant until = now_ + time;;) {
            const auto next = errand_->nextDeadline();
            now_ = next && *next < until ? *next : until;
            handle(Errand::Tick{});
            if (now_ == until) return;
        }
    }
    void offered(std::uint8_t round = 0) { handle(Errand::Offered{round}); }
    void answered(Reply::Word word, Duration time = 0ms, Outcome outcome = Outcome::None) {
        handle(Errand::Answered{asked_.slot, asked_.asked, {word, time, outcome}});
    }
    /// The order comes, the job runs, and the server lets it begin.
    void begun() {
        offered();
        handle(Errand::Run{});
        answered(Reply::Word::Begin, 24h);
    }
    void good() { handle(Errand::StepEnded{}); }
    void bad(bool isForGood = false) { handle(Errand::StepEnded{7, isForGood, "no such image"}); }

    /// The effects since it was asked last, a word each.
    std::string did() { return std::exchange(did_, {}); }
    const Telling& last() const { return *errand_->kept().unsent; }
    const Kept& kept() const { return errand_->kept(); }
    bool isRunning() const { return errand_->isRunning(); }
    std::uint32_t asked() const { return asked_.slot; }
    const Errand::Wait& waits() const { return waits_; }

private:
    void take(const std::vector<Errand::Effect>& effects) {
        const auto note = [&](const std::string& word) { did_ += (did_.empty() ? "" : " ") + word; };
        for (const Errand::Effect& effect : effects) {
            if (const auto* waits = std::get_if<Errand::Wait>(&effect)) note("wait"), waits_ = *waits;
            if (const auto* asked = std::get_if<Errand::AskForSlot>(&effect)) note("ask"), asked_ = *asked;
            if (const auto* step = std::get_if<Errand::BeginStep>(&effect)) note("step" + std::to_string(step->step));
            if (std::holds_alternative<Errand::StopStep>(effect)) note("stop");
            if (std::holds_alternative<Errand::Restart>(effect)) note("restart");
            if (std::holds_alternative<Errand::Over>(effect)) note("over");
        }
    }

    Campaign campaign_;
    std::optional<Errand> errand_;
    Instant now_{};
    int boot_ = 1;
    std::string did_;
    Errand::AskForSlot asked_;
    Errand::Wait waits_;
};

} // namespace

TEST_CASE("fleet.md §4.2: it waits its part of the spread, asks when its job runs, and goes from step to step") {
    Phone phone({Phone::get(), Phone::run(), Phone::verify()});
    phone.offered();
    CHECK(phone.did() == "wait");
    CHECK(phone.waits().after == 5min);
    CHECK(phone.last().phase == Phase::Waiting);
    phone.handle(Errand::Run{});
    CHECK(phone.did() == "ask");
    CHECK(!phone.isRunning());
    phone.answered(Reply::Word::Begin, 24h);
    CHECK(phone.did() == "step0");
    CHECK(phone.last().phase == Phase::Running);
    phone.good();
    phone.good();
    CHECK(phone.did() == "step1 step2");
    CHECK(phone.last().phase == Phase::Verifying);
    phone.good();
    CHECK(phone.did() == "over");
    CHECK(phone.last().outcome == Outcome::Succeeded);
    CHECK(phone.last().slot == 1);
}

TEST_CASE("fleet.md §4.2: told to wait it asks under the same number; no answer, and it asks again") {
    Phone phone({Phone::get()});
    phone.offered();
    phone.handle(Errand::Run{});
    phone.did();
    phone.after(answerWithin);
    CHECK(phone.did() == "ask");
    CHECK(phone.asked() == 1);
    phone.answered(Reply::Word::Later, 10min);
    CHECK(phone.did() == "wait");
    CHECK(phone.waits().after == 10min);
    phone.after(1h);
    CHECK(phone.did() == "");
    phone.handle(Errand::Run{});
    CHECK(phone.asked() == 1);
    // A hint: there may be a place.
    phone.answered(Reply::Word::Later, 1h);
    phone.did();
    phone.offered();
    CHECK(phone.did() == "wait");
    CHECK(phone.waits().after == 0ms);
}

TEST_CASE(
    "fleet.md §4.1: a device that asks for a slot says of none that it gives it back, as it says what it waits for") {
    Phone phone({Phone::get()});
    const Errand::Blocked charging{{{"CONSTRAINT_CHARGING", WallTime(1h)}}, {}, WallTime(2h)};
    phone.handle(charging);
    CHECK(!phone.kept().unsent); // nobody has ordered anything
    phone.offered();
    phone.handle(Errand::Run{});
    phone.handle(charging);
    CHECK(phone.last().sequence == 1); // it does not wait
    phone.answered(Reply::Word::Later, 10min);
    phone.handle(charging);
    CHECK(phone.last().phase == Phase::Waiting);
    CHECK(phone.last().slot == 0); // it may have slot 1, in an answer that is still on its way
    CHECK(phone.last().blockers == charging.blockers);
    phone.start();
    phone.handle(charging);
    CHECK(phone.last().slot == 1); // it was given back by the death, and that report has no reasons
    CHECK(phone.last().blockers.empty());
    Errand::Blocked later = charging;
    later.at += blockersAgain;
    phone.handle(later);
    CHECK(phone.last().blockers == charging.blockers);
}

TEST_CASE("fleet.md §6.4: a person's yes counts for one order, and lets what waits for it run at once") {
    Phone phone({Phone::get()});
    phone.handle(Errand::Allowed{});
    CHECK_FALSE(phone.kept().isAllowed); // nobody has ordered anything
    phone.offered();
    phone.did();
    phone.handle(Errand::Allowed{});
    CHECK(phone.did() == "wait");
    CHECK(phone.waits().after == 0ms);
    phone.start();
    CHECK(phone.kept().isAllowed);
    phone.did();
    phone.handle(Errand::Run{});
    phone.handle(Errand::Allowed{});
    CHECK(phone.did() == "ask"); // it runs already
    phone.answered(Reply::Word::Begin, 24h);
    phone.bad(true);
    phone.did();
    phone.handle(Errand::Allowed{});
    CHECK(phone.did().empty()); // it has ended
    phone.offered(1);
    CHECK_FALSE(phone.kept().isAllowed); // an operator's retry
}

TEST_CASE("fleet.md §4.2: its slot counts from the question that was answered, and it stops itself at its end") {
    Phone phone({Phone::run(false, true)});
    phone.offered();
    phone.handle(Errand::Run{});
    phone.after(15s);
    phone.answered(Reply::Word::Begin, 5min);
    CHECK(phone.isRunning());
    phone.after(4min + 44s);
    CHECK(phone.isRunning());
    phone.did();
    phone.after(1s);
    CHECK(phone.did() == "stop over");
    CHECK(phone.last().outcome == Outcome::TimedOut);
    // An answer that took longer than the slot lasts lets nobody begin.
    Phone late({Phone::get()});
    late.offered();
    late.handle(Errand::Run{});
    late.after(15s);
    late.answered(Reply::Word::Begin, 10s);
    CHECK(!late.isRunning());
    CHECK(late.last().outcome == Outcome::TimedOut);
}

TEST_CASE("fleet.md §4.2: a job that is stopped gives its slot back, and goes on at its step under the next number") {
    Phone phone({Phone::get(), Phone::get()});
    phone.begun();
    phone.good();
    phone.did();
    phone.handle(Errand::Stop{});
    CHECK(phone.did() == "stop wait");
    CHECK(phone.last().phase == Phase::Waiting);
    CHECK(phone.last().slot == 1);
    phone.handle(Errand::Run{});
    CHECK(phone.asked() == 2);
    phone.answered(Reply::Word::Begin, 24h);
    CHECK(phone.did() == "ask step1");
    // While it asks it has nothing but the question to give back.
    Phone asking({Phone::get()});
    asking.offered();
    asking.handle(Errand::Run{});
    asking.handle(Errand::Stop{});
    CHECK(asking.last().slot == 1);
    asking.answered(Reply::Word::Begin, 24h);
    CHECK(!asking.isRunning());
    // Nor does a late answer to that one answer the next.
    asking.handle(Errand::Run{});
    REQUIRE(asking.asked() == 2);
    asking.handle(Errand::Answered{1, Instant{}, {Reply::Word::Begin, 24h, Outcome::None}});
    CHECK(!asking.isRunning());
}

TEST_CASE("fleet.md §4: a command that was cut off has failed, unless it is idempotent") {
    for (const bool isIdempotent : {false, true}) {
        CAPTURE(isIdempotent);
        for (const bool isReboot : {false, true}) {
            Phone phone({Phone::run(isIdempotent)});
            phone.begun();
            phone.start(isReboot);
            CHECK(phone.last().outcome == (isIdempotent ? Outcome::None : Outcome::Failed));
            CHECK(phone.last().words == (isIdempotent ? "" : "interrupted"));
        }
        Phone stopped({Phone::run(isIdempotent)});
        stopped.begun();
        stopped.handle(Errand::Stop{});
        CHECK(stopped.last().outcome == (isIdempotent ? Outcome::None : Outcome::Failed));
    }
}

TEST_CASE("fleet.md §4.2: after a death a slot is given back; behind the point of no return it is asked for again") {
    Phone phone({Phone::get()});
    phone.begun();
    phone.start();
    CHECK(phone.last().phase == Phase::Waiting);
    phone.handle(Errand::Run{});
    CHECK(phone.asked() == 2);

    Phone committed({Phone::run(false, true), Phone::verify(true)});
    committed.begun();
    committed.good();
    CHECK(committed.did() == "wait ask step0 restart");
    CHECK(committed.last().phase == Phase::Verifying);
    committed.start(true);
    CHECK(committed.did() == "wait");
    CHECK(committed.waits().isFree); // no condition keeps it from being verified
    committed.handle(Errand::Run{});
    CHECK(committed.asked() == 1);
    committed.answered(Reply::Word::Begin, 23h);
    CHECK(committed.did() == "ask step1");
    committed.good();
    CHECK(committed.last().outcome == Outcome::Succeeded);
    // If there is nothing left of it, that is its end.
    Phone late({Phone::run(false, true), Phone::verify(true)});
    late.begun();
    late.good();
    late.start(true);
    late.handle(Errand::Run{});
    late.answered(Reply::Word::Later, 10min);
    CHECK(late.last().outcome == Outcome::TimedOut);
}

TEST_CASE("fleet.md §4: a restart that did not come is asked for again") {
    Phone phone({Phone::run(), Phone::verify(true)});
    phone.begun();
    phone.good();
    phone.start(); // the agent alone
    phone.handle(Errand::Run{});
    phone.answered(Reply::Word::Begin, 1h);
    CHECK(phone.did().ends_with("restart"));
}

TEST_CASE("fleet.md §4: a verification is tried until its time is over") {
    Phone phone({Phone::run(false, true), Phone::verify()}, 3);
    phone.begun();
    phone.good();
    phone.did();
    phone.bad();
    CHECK(phone.did() == "");
    phone.after(verifyAgain);
    CHECK(phone.did() == "step1");
    phone.bad();
    phone.after(verifyAgain);
    phone.good();
    CHECK(phone.last().outcome == Outcome::Succeeded);

    Phone never({Phone::run(false, true), Phone::verify()}, 3);
    never.begun();
    never.good();
    for (int tries = 0; tries < 1'000 && never.kept().outcome == Outcome::None; ++tries) {
        never.bad();
        never.after(verifyAgain);
    }
    CHECK(never.kept().outcome == Outcome::Failed); // behind the point of no return nothing is tried from the start
}

TEST_CASE("fleet.md §4: a failure is retried after a rest, unless trying again cannot help") {
    Phone phone({Phone::get()}, 1);
    phone.begun();
    phone.bad();
    CHECK(phone.last().phase == Phase::Waiting);
    CHECK(phone.waits().after == 1h);
    phone.handle(Errand::Run{});
    phone.answered(Reply::Word::Begin, 24h);
    phone.bad();
    CHECK(phone.last().outcome == Outcome::Failed);
    CHECK(phone.last().code == 7);
    CHECK(phone.last().words == "no such image");

    Phone gone({Phone::get()}, 5);
    gone.begun();
    gone.bad(true);
    CHECK(gone.last().outcome == Outcome::Failed);

    Phone slow({Phone::run()});
    slow.begun();
    slow.after(10min);
    CHECK(slow.last().words == "the step took too long");
}

TEST_CASE("fleet.md §4.2: a cancel stops what can be stopped, and comes too late for the rest") {
    Phone phone({Phone::get()});
    phone.begun();
    phone.did();
    phone.handle(Errand::Cancel{});
    CHECK(phone.did() == "stop over");
    CHECK(phone.last().outcome == Outcome::Cancelled);

    Phone committed({Phone::run(false, true), Phone::verify()});
    committed.begun();
    committed.handle(Errand::Cancel{});
    CHECK(committed.isRunning());
    committed.good();
    committed.good();
    CHECK(committed.last().outcome == Outcome::Succeeded);
    CHECK(committed.last().words == "a cancel came too late");
}

TEST_CASE("fleet.md §4.2: offered twice it is one errand; a new round is another, and nothing follows a success") {
    Phone phone({Phone::get()});
    phone.begun();
    phone.did();
    phone.offered();
    CHECK(phone.did() == "");
    phone.bad(true);
    phone.offered();
    CHECK(phone.last().outcome == Outcome::Failed);
    phone.offered(1);
    CHECK(phone.last().phase == Phase::Waiting);
    CHECK(phone.last().round == 1);
    phone.handle(Errand::Run{});
    CHECK(phone.asked() == 2);
    phone.answered(Reply::Word::Begin, 1h);
    phone.good();
    phone.did();
    phone.offered(2);
    CHECK(phone.did() == "");
    CHECK(phone.last().outcome == Outcome::Succeeded);
}

TEST_CASE("fleet.md §4.2: the newest report stays until the server has it, and those before it say no more") {
    Phone phone({Phone::get()});
    phone.begun();
    CHECK(phone.last().sequence == 2);
    CHECK(phone.last().phase == Phase::Running);
    phone.handle(Errand::Acknowledged{1}); // that was on its way
    CHECK(phone.last().sequence == 2);
    CHECK(!phone.kept().last);
    phone.handle(Errand::Stop{}); // gives its slot back
    CHECK(phone.last().slot == 1);
    phone.handle(Errand::Run{});
    phone.answered(Reply::Word::Begin, 1h);
    CHECK(phone.last().slot == 2);
    phone.good();
    CHECK(phone.last().sequence == 5);
    CHECK(phone.last().outcome == Outcome::Succeeded);
    phone.handle(Errand::Acknowledged{4});
    CHECK(phone.last().sequence == 5);
    phone.handle(Errand::Acknowledged{5});
    CHECK(!phone.kept().unsent);
    CHECK(phone.kept().last->sequence == 5);
}

TEST_CASE("fleet.md §4.2: the server's word for a silent device becomes the device's, where that has not begun") {
    Phone phone({Phone::get()});
    phone.offered();
    phone.handle(Errand::Run{});
    phone.answered(Reply::Word::Over, 0ms, Outcome::Unreachable);
    CHECK(phone.last().outcome == Outcome::Expired); // it is reached now
    Phone unmeant({Phone::get()});
    unmeant.offered();
    unmeant.handle(Errand::Run{});
    unmeant.answered(Reply::Word::Over);
    CHECK(unmeant.kept().outcome == Outcome::None);
    CHECK(unmeant.waits().after == 1h);
}

TEST_CASE("fleet.md §6.3: no server makes a success of what this device has not done") {
    Phone phone({Phone::get()});
    phone.offered();
    phone.handle(Errand::Run{});
    phone.answered(Reply::Word::Over, 0ms, Outcome::Succeeded);
    CHECK(phone.last().outcome == Outcome::Failed);
}

} // namespace stint::fleet
