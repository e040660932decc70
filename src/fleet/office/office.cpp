#include "fleet/office/office.hpp"

#include <algorithm>
#include <chrono>
#include <future>
#include <type_traits>
#include <utility>

#include "base/result/errors.hpp"
#include "base/text/number.hpp"
#include "base/text/printable.hpp"
#include "base/time/clock.hpp"
#include "fleet/document/document.hpp"
#include "push/broker/reading.hpp"
#include "push/joining/membership.hpp"

namespace stint::fleet {
namespace {

constexpr auto betweenTries = std::chrono::seconds(1);
constexpr Duration untilTriedAgain = std::chrono::milliseconds(250); ///< where it leads yet
constexpr auto longestRest = std::chrono::minutes(1);                ///< a clock may be set
constexpr auto betweenSweeps = std::chrono::hours(1);
constexpr Duration campaignsKept = std::chrono::hours(24 * 30); ///< fleet.md §2.1
constexpr Duration untilLooked = std::chrono::seconds(1);
constexpr std::size_t mostReports = 500, aPage = 1'000;
constexpr std::size_t mostUnasked = 4'000; ///< reports, while nobody is answered: commits are bigger, and fewer

constexpr auto isGoing = "the fleet's logs are read, and its campaigns go on";

} // namespace

std::size_t News::rows() const {
    std::size_t all = devices.size() + campaigns.size();
    for (const auto& [id, its] : campaigns)
        all += its.size();
    return all;
}

class Office::Looking final : public Office::View {
public:
    explicit Looking(Office& office) : office_(office) {}
    Roster& roster() override { return office_.roster_; }
    const FleetKeys& keys() const override { return office_.enroller_.keys(); }
    std::vector<std::string> campaigns() const override {
        std::vector<std::string> ids;
        for (const auto& [id, running] : office_.campaigns_)
            ids.push_back(id);
        return ids;
    }
    std::optional<Standing> campaign(std::string_view id) const override {
        const auto found = office_.campaigns_.find(id);
        if (found == office_.campaigns_.end()) return std::nullopt;
        return Standing{found->second.campaign, found->second.steering};
    }
    const DesiredState& desired() override { return office_.desired(); }
    bool isOpen() const override { return office_.answers(); }
    Result<void> opened() const override { return office_.checkOpen(); }
    const std::string& told() const override { return office_.told_; }
    Result<push::StreamState> reportStore() override {
        STINT_TRY(office_.checkOpen());
        return office_.broker_.openReports(office_.copies_);
    }
    Result<AuditLog::Page> audit(std::uint64_t from, std::size_t most) override {
        STINT_TRY(office_.checkOpen());
        return office_.audit_->read(from, most);
    }
    std::int64_t counted() const override { return office_.counted_; }
    std::int64_t passed(Passed why) const override { return office_.passed_.at(static_cast<std::size_t>(why)); }
    void failed(const Error& why) override { office_.heed(why); }
    void watch(std::function<void()> hasNews) override {
        office_.watcher_ = std::move(hasNews);
        office_.news_ = {};
        office_.hasNews_ = false;
        office_.note([](News& news) { news.isAll = true; });
    }
    News takeNews() override {
        office_.hasNews_ = false;
        return std::exchange(office_.news_, {});
    }

private:
    Office& office_;
};

Office::Office(const push::Broker& broker, Settings settings, Roster roster, FleetKeys keys, Wires wires)
    : broker_(broker), settings_(std::move(settings)), roster_(std::move(roster)),
      enroller_(enrollerBy(std::move(keys))), wires_(std::move(wires)),
      lease_(settings_.member.empty() ? std::nullopt
                                      : std::optional(Lease(settings_.member, settings_.route, settings_.leaseLife))),
      thread_([this] { run(); }) {}

Enroller Office::enrollerBy(FleetKeys keys) {
    const auto keep = [this](const std::string& key, const std::string& value) -> Result<void> {
        const auto revision = STINT_TRY(broker_.writeOnce(houseBucket, key, value));
        knows(houseRead_, revision);
        return {};
    };
    Invitations invitations(keys.enrolment, keep,
                            [this](const std::string& those) { return broker_.forget(houseBucket, those); });
    return {std::move(keys), std::move(invitations)};
}

Office::~Office() {
    {
        const std::lock_guard lock(mutex_);
        ends_ = true;
    }
    woken_.notify_one();
    thread_.join();
}

// ---- From any thread ----

void Office::leave(Work work) {
    {
        const std::lock_guard lock(mutex_);
        left_.push_back(std::move(work));
    }
    woken_.notify_one();
}

void Office::connected(bool up) {
    heard_.forget();
    {
        const std::lock_guard lock(mutex_);
        isUp_ = up;
        hasChanged_ = true;
    }
    woken_.notify_one();
}

// A server that follows takes them with its next look.
void Office::leaderRead(std::string_view text) {
    auto reports = push::reportsIn(text);
    if (!reports.ok()) return; // the stream has them
    for (push::Recorded& one : *reports)
        heard_.add(std::move(one));
}

void Office::lookForReports() {
    {
        const std::lock_guard lock(mutex_);
        hasReports_ = true;
    }
    woken_.notify_one();
}

void Office::ask(push::FleetWord word, std::string device, std::string question, Answered answered) {
    std::shared_ptr<Asked> asked;
    {
        const std::lock_guard lock(mutex_);
        auto& waiting = waiting_[device];
        const auto isSame = [&](const auto& other) { return other->word == word && other->text == question; };
        if (const auto same = std::ranges::find_if(waiting, isSame); same != waiting.end()) {
            (*same)->answered = std::move(answered);
            return;
        }
        if (waiting.size() >= mostWaiting) return;
        asked = waiting.emplace_back(
            std::make_shared<Asked>(Asked{word, std::move(device), std::move(question), std::move(answered)}));
    }
    leave([this, asked = std::move(asked)] { answerNow(asked); });
}

void Office::taken(const std::shared_ptr<Asked>& asked) {
    const std::lock_guard lock(mutex_);
    const auto its = waiting_.find(asked->device);
    std::erase(its->second, asked);
    if (its->second.empty()) waiting_.erase(its);
}

void Office::start(Signed document, bool all, std::function<void(Result<Started>)> done) {
    leave(
        [this, document = std::move(document), all, done = std::move(done)] { done(heeded(started(document, all))); });
}

void Office::set(Signed document, bool all, std::function<void(Result<Set>)> done) {
    leave([this, document = std::move(document), all, done = std::move(done)] { done(heeded(setBy(document, all))); });
}

void Office::instruct(Signed instruction, Done done) {
    leave([this, instruction = std::move(instruction), done = std::move(done)] {
        done(heeded(instructed(instruction)));
    });
}

void Office::invite(Wanted wanted, std::function<void(Result<Invitation>)> done) {
    leave([this, wanted = std::move(wanted), done = std::move(done)] { done(heeded(invited(wanted))); });
}

void Office::takeOperators(Signed list, Done done) {
    leave([this, list = std::move(list), done = std::move(done)] { done(heeded(takenOperators(list))); });
}

void Office::remove(std::string device, Done done) {
    leave([this, device = std::move(device), done = std::move(done)] { done(heeded(removed(device))); });
}

void Office::label(std::string device, std::vector<std::string> changes, Done done) {
    leave([this, device = std::move(device), changes = std::move(changes), done = std::move(done)] {
        done(heeded(labelled(device, changes)));
    });
}

void Office::look(std::function<void(View&)> looking) {
    leave([this, looking = std::move(looking)] {
        Looking its(*this);
        looking(its);
    });
}

// ---- The office's thread ----

void Office::answerNow(const std::shared_ptr<Asked>& asked) {
    if (isHeld()) {
        held_.emplace_back([=, this] { answerNow(asked); });
        return;
    }
    taken(asked);
    if (!isOpen_) return; // it asks again
    if (asked->word == push::FleetWord::Slot) return askForSlot(asked->device, asked->text, std::move(asked->answered));
    std::string answer = answerTo(asked->word, asked->device, asked->text);
    if (!answer.empty()) asked->answered(std::move(answer));
}

void Office::run() {
    while (true) {
        std::deque<Work> work;
        bool isUp = false, hasChanged = false, hasReports = false;
        {
            std::unique_lock lock(mutex_);
            woken_.wait_for(lock, rest(), [&] { return ends_ || hasChanged_ || hasReports_ || !left_.empty(); });
            if (ends_) return;
            hasChanged = std::exchange(hasChanged_, false);
            work.swap(left_);
            isUp = isUp_;
            hasReports = std::exchange(hasReports_, false);
        }
        if (hasChanged) hasLost_ = isOpen_; // what was told may be gone
        if (!isUp || (hasChanged && hasLost_)) hold(fail(Errc::UNAVAILABLE, "the broker is away"));
        const bool tries = isHeld() && isUp && (hasChanged || bootNow() >= *triesAt_);
        if (tries) tryAgain();
        const bool isDue = !follows_ || bootNow() >= lease_->renewal();
        if (isUp && !isOpen_ && isDue) {
            if (const auto opened = open(); !opened.ok()) interrupt(opened.error());
        } else if (answers() && (hasReports || (look_ && steadyNow() >= *look_))) {
            look_.reset();
            if (hasReports) look_ = steadyNow() + untilLooked;
            // One batch a turn: however many tell, those who ask have their turn, too.
            const auto read = readReports();
            if (!read.ok()) hold(read.error());
            if (read.ok() && *read) lookForReports();
        }
        if (answers() && lease_) {
            if (const auto still = leadOn(); !still.ok()) hold(still.error());
        }
        for (const Work& one : work)
            one();
        turn();
        if (tries && answers()) goOn();
    }
}

std::chrono::milliseconds Office::rest() const {
    if (!isOpen_ && !follows_) return betweenTries;
    if (isHeld()) return std::max(*triesAt_ - bootNow(), Duration(0));
    std::optional<WallTime> next;
    if (lease_) next = wallNow() + std::max(lease_->renewal() - bootNow(), Duration(0));
    if (follows_)
        return std::clamp<std::chrono::milliseconds>(*next - wallNow(), std::chrono::milliseconds(0), longestRest);
    for (const auto& [id, running] : campaigns_)
        if (const auto its = running.steering.nextDeadline()) next = next ? std::min(*next, *its) : *its;
    Duration longest = longestRest;
    if (next) longest = std::min(longest, *next - wallNow());
    if (look_) longest = std::min(longest, *look_ - steadyNow());
    return std::max(longest, Duration(0));
}

/// The time passes, and each log gets its entries.
void Office::turn() {
    for (auto& [id, running] : campaigns_) {
        if (!answers()) return;
        const auto due = running.steering.nextDeadline();
        if (due && *due <= wallNow()) carryOut(id, running, running.steering.handle(Tick{}, wallNow()));
        if (!append(id, running).ok()) return;
    }
    const WallTime now = wallNow();
    if (!answers() || (now < sweptAt_ + betweenSweeps && now >= sweptAt_)) return;
    sweptAt_ = now;
    if (const auto swept = forgetOld(); !swept.ok()) lose(swept.error());
}

/// An error: nobody is answered any more.
Result<void> Office::append(const std::string& id, Running& running) {
    const auto appended = [&]() -> Result<void> {
        const Entry* next = running.steering.underWay(); // that nobody has answered for
        if (!next) next = running.steering.begin();
        for (; next; next = running.steering.begin())
            STINT_TRY(write(id, running, *next));
        return {};
    }();
    if (!appended.ok()) hold(appended.error());
    return appended;
}

/// The entry that is under way.
Result<void> Office::write(const std::string& id, Running& running, Entry entry) {
    const auto isStop = [](const Record& record) { return std::holds_alternative<Stopped>(record); };
    if (std::ranges::any_of(entry.records, isStop))
        STINT_TRY(enter(Act::Stop, std::string(theServer), id, running.campaign.name));
    const auto revision = STINT_TRY(ledger_->append(id, running.steering.number(), entry));
    knowsOfLog(revision);
    const auto effects = running.steering.appended();
    STINT_TRY(noted(id, running, entry));
    note(id, entry, running.steering);
    carryOut(id, running, effects);
    return {};
}

/// All that was read is thrown away: somebody else may have written. Nobody who waits for an answer gets one.
void Office::lose(const Error& why) {
    shut();
    triesAt_.reset();
    hasLost_ = false;
    release();
    follows_ = readsOn_ = false;
    goesOn_ = false;
    asking_.clear();
    if (Roster::isDamage(why)) damage_ = why;
    if (why.code == Errc::STORAGE) mayBeFull_ = true;
    tellOnce(why.message);
}

/// Nobody who waits for an answer gets one; but where the broker is only away, what was decided stands, for the entry
/// that is under way to a log may be appended again, and so does what a server that follows has read.
void Office::interrupt(const Error& why) {
    const bool isAway = why.code == Errc::UNAVAILABLE;
    const bool goesOn = goesOn_ && isAway, readsOn = (follows_ || readsOn_) && isAway;
    lose(why);
    goesOn_ = goesOn;
    readsOn_ = readsOn;
}

/// While its lease lasts no other server leads: its questions wait, and as soon as the broker answers it goes on where
/// it was. So it needs those alone of the broker's streams that it goes on with, where a kill leaves a third without a
/// leader.
void Office::hold(const Error& why) {
    if (why.code != Errc::UNAVAILABLE || !leadsYet()) return interrupt(why);
    triesAt_ = std::min(bootNow() + untilTriedAgain, *lease_->end());
    tellOnce(why.message);
}

bool Office::leadsYet() const {
    const auto end = lease_ ? lease_->end() : std::nullopt;
    return isOpen_ && end && bootNow() < *end;
}

void Office::tryAgain() {
    if (!leadsYet()) return interrupt(fail(Errc::UNAVAILABLE, "{}", told_));
    triesAt_.reset();
    look_ = steadyNow(); // for what was told meanwhile
    if (!hasLost_) return;
    const auto there = isThere();
    if (!there.ok()) return hold(there.error());
    hasLost_ = false;
    if (!*there) lose(fail(Errc::UNAVAILABLE, "the broker has lost something, or another server has written"));
}

void Office::goOn() {
    release();
    tellOnce(isGoing);
}

void Office::release() {
    for (Work& one : std::exchange(held_, {}))
        leave(std::move(one));
}

void Office::heed(const Error& why) {
    if (why.code == Errc::STORAGE) lose(why);
}

void Office::tellOnce(const std::string& sentence) {
    if (sentence == told_) return;
    told_ = sentence;
    wires_.tell(sentence);
    note([](News& news) { news.fleet = true; });
}

Result<void> Office::checkOpen() const {
    if (answers()) return {};
    if (follows_) return fail(Errc::ILLEGAL_STATE, "{}: it is the one to ask", told_);
    return fail(Errc::UNAVAILABLE, "{}", told_);
}

// ---- What it reads ----

// A server that follows reads the same as the one that leads, and asks each 5 s which of both it is: so it can go on at
// once.
Result<void> Office::open() {
    // A full broker answers what is asked of it: only what it is to keep shows whether it has room again.
    if (mayBeFull_) STINT_TRY(broker_.put(houseBucket, roomKey, ""));
    mayBeFull_ = false;
    copies_ = STINT_TRY(replicas());
    if (damage_) {
        STINT_TRY(roster_.beginAnew(*damage_));
        damage_.reset();
        devicesRead_ = 0;
        follows_ = readsOn_ = goesOn_ = false;
        wires_.tell(roster_.setAside());
    }
    STINT_TRY(openStores());
    bool leading = true;
    if (lease_) leading = STINT_TRY(lease_->hold(broker_, bootNow()));
    STINT_TRY(readHouse());
    STINT_TRY(keepList());
    STINT_TRY(readDevices());
    if (leading) STINT_TRY(hearReports());
    const bool isSame = STINT_TRY(openReports());
    bool stood = false;
    if (goesOn_ && leading && isSame) stood = STINT_TRY(stands());
    goesOn_ = stood;
    if (!stood) STINT_TRY(readAll(leading));
    if (!leading) {
        readsOn_ = false; // until the broker is away again
        if (!std::exchange(follows_, true)) wires_.follows();
        tellOnce(fmt::format("{} leads the fleet; this server follows it", lease_->leader()));
        return {};
    }
    STINT_TRY(answer());
    isOpen_ = true;
    look_ = steadyNow(); // for what came meanwhile
    roster_.lead(wallNow());
    for (auto& [id, running] : campaigns_)
        carryOut(id, running, running.steering.lead());
    goesOn_ = true;
    const auto cloned = STINT_TRY(roster_.cloned());
    for (const std::string& device : cloned) // the log's end may be gone
        leaveCampaigns(device);
    tellNewDesired();
    tellOnce(isGoing);
    note([](News& news) { news.isAll = true; });
    wires_.opened();
    return {};
}

// Before it is looked how many the stream has: so none is missed. 2.9 says of one only that it is there.
Result<void> Office::hearReports() {
    return broker_.followReports([this](std::optional<push::Recorded> report) {
        if (report) heard_.add(*std::move(report));
        lookForReports();
    });
}

// One of those that answer is asked, by chance: who does not lead is none of them, or a part of the questions would
// come to nothing.
Result<void> Office::answer() {
    using Word = push::FleetWord;
    for (const Word word : {Word::Join, Word::Hello, Word::Doc, Word::Slot, Word::Leave}) {
        const auto take = [this, word](const std::string& subject, std::string question, Answered answered) {
            const auto asker = push::fleetAskerIn(subject);
            if (asker) ask(word, asker->asker.device, std::move(question), std::move(answered));
        };
        STINT_TRY(broker_.answerLater(push::fleetSubjects(word), "fleet", take));
    }
    return {};
}

void Office::shut() {
    isOpen_ = false;
    broker_.answerNoMore();
}

/// The campaigns here are those that the log has: all of it was read or written here, and nothing of that is gone.
Result<bool> Office::stands() {
    if (ledger_->last() + 1 < campaignsRead_.next) return false;
    for (auto& [id, running] : campaigns_) {
        const Entry* const entry = running.steering.underWay();
        if (!entry) continue;
        const auto written = write(id, running, *entry);
        if (!written.ok() && written.error().code == Errc::ILLEGAL_STATE) return false; // by somebody else
        STINT_TRY(written);
    }
    return ledger_->last() < campaignsRead_.next;
}

/// After its connection was away: what it knows of the logs and of the reports is there yet.
Result<bool> Office::isThere() {
    ledger_ = STINT_TRY(Ledger::open(broker_, copies_));
    const bool isSame = STINT_TRY(openReports());
    return isSame ? stands() : Result<bool>(false);
}

/// The logs, from their beginning where nothing of them is known, and then what devices told.
Result<void> Office::readAll(bool leading) {
    bool isKnown = follows_;
    if (readsOn_) isKnown = STINT_TRY(ledger_->stands(campaignsRead_));
    if (!isKnown) {
        campaigns_.clear();
        campaignsRead_ = {};
    }
    STINT_TRY(readCampaigns());
    for (const auto& [id, running] : campaigns_)
        STINT_TRY(roster_.cutTargets(id, running.steering.members()));
    STINT_TRY(readAllReports(leading));
    if (!leading) return {};
    follows_ = readsOn_ = false; // what they hear now is more than their logs have
    for (auto& [id, running] : campaigns_)
        STINT_TRY(hearKept(id, running));
    return {};
}

/// Three servers keep all of it three times (push.md §3.3).
Result<int> Office::replicas() const {
    if (!lease_) return 1;
    std::size_t servers = 0;
    const std::string prefix = push::subjectOfKey(push::clusterBucket, push::serverKey);
    STINT_TRY(broker_.openBucket(push::clusterBucket));
    STINT_TRY(broker_.readValues(push::clusterBucket, ">", 1, [&](const push::Stored& value) {
        if (value.subject.starts_with(prefix)) ++servers;
    }));
    return servers < push::enoughServers ? 1 : 3;
}

/// It leads, and says so to the others in time; what it keeps is kept by as many as there are now.
Result<void> Office::leadOn() {
    if (bootNow() < lease_->renewal()) return {};
    const bool leading = STINT_TRY(lease_->hold(broker_, bootNow()));
    if (!leading) {
        wires_.superseded();
        return fail(Errc::UNAVAILABLE, "{} leads the fleet from now on", lease_->leader());
    }
    look_ = steadyNow(); // a way between two servers may have been away
    const auto copies = replicas();
    if (!copies.ok() || *copies == copies_) return {}; // with the next renewal
    const int before = std::exchange(copies_, *copies);
    const auto opened = [&]() -> Result<void> {
        STINT_TRY(openStores());
        STINT_TRY(openReports());
        return {};
    }();
    if (!opened.ok()) copies_ = before;
    return opened;
}

/// They are there, and each kept by as many servers as there are.
Result<void> Office::openStores() {
    if (lease_) STINT_TRY(lease_->open(broker_, copies_));
    for (const std::string_view bucket : {devicesBucket, houseBucket})
        STINT_TRY(broker_.openBucket(bucket, copies_));
    STINT_TRY(Seals::open(broker_, copies_));
    ledger_ = STINT_TRY(Ledger::open(broker_, copies_));
    audit_ = STINT_TRY(AuditLog::open(broker_, copies_));
    return {};
}

// A value that is written there and not here, for the disk has failed, is read, and so is all behind it.
void Office::knows(std::uint64_t& read, std::uint64_t revision) {
    if (revision == read + 1) read = revision;
}

/// Where there is more between these, that is read before anything is gone on with.
void Office::knowsOfLog(std::uint64_t revision) {
    if (revision == campaignsRead_.next) ++campaignsRead_.next;
    if (revision >= campaignsRead_.next) goesOn_ = false;
}

/// Invitations; and lists of operators and documents of desired state that another server was given.
Result<void> Office::readHouse() {
    const std::string prefix = push::subjectOfKey(houseBucket, "");
    const auto read = [&](const push::Stored& value) {
        const std::string_view key = std::string_view(value.subject).substr(prefix.size());
        if (key == roomKey) return;
        const auto taken = key.starts_with(listPart)      ? takeList(value.body)
                           : key.starts_with(desiredPart) ? takeDesired(value.body)
                                                          : enroller_.invitations().read(key, value.body);
        if (!taken.ok()) wires_.tell(taken.error().message);
    };
    houseRead_ = STINT_TRY(broker_.readValues(houseBucket, ">", houseRead_ + 1, read));
    return {};
}

/// The list that the fleet was founded with is no news to this server, and may be to another.
Result<void> Office::keepList() {
    const FleetKeys& keys = enroller_.keys();
    if (listKept_ >= keys.list.version) return {};
    const auto revision =
        STINT_TRY(broker_.writeOnce(houseBucket, keyOfList(keys.list.version), textOf(keys.operators)));
    knows(houseRead_, revision);
    listKept_ = keys.list.version;
    return {};
}

Result<void> Office::takeList(std::string_view text) {
    const Signed list = STINT_TRY(signedIn(text));
    const std::uint32_t version = STINT_TRY(enroller_.keys().remember(list));
    listKept_ = std::max(listKept_, version);
    const auto taken = enroller_.keys().takeOperators(settings_.data, list);
    return taken.ok() || taken.error().code == Errc::ILLEGAL_STATE ? Result<void>() : taken; // it may be an older one
}

Result<void> Office::takeDesired(std::string_view text) {
    const Signed paper = STINT_TRY(signedIn(text));
    return desired_.add(paper);
}

// A device that has been let out has an empty value.
Result<void> Office::readDevices() {
    std::vector<Signed> certificates;
    Result<void> done = {};
    std::size_t passed = 0;
    const PublicKey signer = enroller_.keys().enrolment.publicKey();
    const auto put = [&] {
        const auto taken = done.ok() ? roster_.put(certificates, &signer) : Result<std::size_t>(0);
        if (taken.ok())
            passed += *taken;
        else
            done = taken.error();
        certificates.clear();
    };
    const std::string prefix = push::subjectOfKey(devicesBucket, "");
    std::vector<std::pair<std::string, Hello>> hellos;
    std::vector<std::pair<std::string, std::string>> days;
    const auto recallDays = [&] {
        if (done.ok()) done = roster_.recallDays(days);
        days.clear();
    };
    std::vector<std::pair<std::string, Signed>> states;
    std::vector<Roster::Meaning> cloned;
    const auto read = [&](const push::Stored& value) {
        if (!done.ok()) return;
        std::string device = value.subject.substr(prefix.size());
        const auto cutOff = [&device](std::string_view end) {
            if (!device.ends_with(end)) return false;
            device.resize(device.size() - end.size());
            return true;
        };
        if (cutOff(helloEnd)) {
            auto hello = helloIn(value.body);
            if (!hello.ok()) return;
            days.emplace_back(device, std::exchange(hello->days, {})); // of a million devices they are too much to hold
            if (days.size() == aPage) recallDays();
            hellos.emplace_back(std::move(device), *std::move(hello));
            return;
        }
        if (cutOff(reportedEnd)) {
            if (auto state = signedIn(value.body); state.ok())
                states.emplace_back(std::move(device), *std::move(state));
            return;
        }
        if (cutOff(clonedEnd)) {
            if (const auto enrolment = numberIn<Enrolment>(value.body))
                cloned.push_back({std::move(device), *enrolment});
            return;
        }
        if (value.body.empty()) {
            put();
            if (done.ok()) done = roster_.leave(device);
            return;
        }
        auto certificate = signedIn(value.body);
        if (!certificate.ok()) {
            ++passed;
            return;
        }
        certificates.push_back(std::move(*certificate));
        if (certificates.size() == aPage) put();
    };
    const std::uint64_t last = STINT_TRY(broker_.readValues(devicesBucket, ">", devicesRead_ + 1, read));
    put();
    recallDays();
    if (done.ok()) done = roster_.recall(hellos);
    if (done.ok()) done = roster_.markCloned(cloned);
    if (const auto taken = done.ok() ? roster_.takeStates(states) : Result<std::size_t>(0); !taken.ok())
        done = taken.error();
    if (done.ok()) devicesRead_ = last; // else they are read again
    if (passed > 0) wires_.tell(fmt::format("{} certificates that are none of this fleet's are passed over", passed));
    return done;
}

Result<bool> Office::openReports() {
    const auto before = std::pair(reports_, reportsRead_);
    const push::StreamState stream = STINT_TRY(broker_.openReports(copies_));
    if (!stream.tells) // but devices do, before it has it
        STINT_TRY(broker_.listenOnlyTo({push::fleetSubjects(push::FleetWord::Report)},
                                       [this](const push::Stored&) { lookForReports(); }));
    if (stream.store != reports_) heard_.forget();
    reports_ = stream.store;
    reportsBefore_ = std::exchange(reportsLast_, stream.last);
    reportsRead_ = STINT_TRY(roster_.position(reports_));
    if (reportsRead_ > stream.last) {
        heard_.forget();
        STINT_TRY(roster_.goBack(reports_, stream.last));
        reportsRead_ = stream.last;
    }
    return before == std::pair(reports_, reportsRead_);
}

/// The stream has all that was heard: the broker, which could tell anything, tells both.
Result<Office::Reports> Office::someReports(std::uint64_t from, std::size_t most) {
    if (auto heard = heard_.take(from, most); !heard.empty()) return Reports{std::move(heard)};
    const std::uint64_t known = reportsLast_ >= from ? reportsLast_ - from + 1 : 1;
    auto read = STINT_TRY(broker_.read(push::reportsStream, ">", from, most, std::min<std::uint64_t>(known, most)));
    return Reports{std::move(read)};
}

/// While a batch is verified and written, the broker is asked for the next one. A server that follows leaves what it
/// has only now heard of to be sealed.
Result<void> Office::readAllReports(bool leading) {
    const std::uint64_t end = leading ? ~0ULL : reportsBefore_;
    const auto ask = [=, this, statement = enroller_.keys().statement.publicKey()](std::uint64_t from) {
        return std::async([=, this]() -> Result<Reports> {
            if (from > end) return Reports{};
            auto some = STINT_TRY(someReports(from, std::min<std::uint64_t>(end - (from - 1), mostUnasked)));
            some.sealed = Seals::read(broker_, statement, some.all);
            return some;
        });
    };
    auto next = ask(reportsRead_ + 1);
    while (true) {
        const auto some = STINT_TRY(next.get());
        if (some.all.empty()) return {};
        next = ask(some.all.back().message.sequence + 1);
        STINT_TRY(takeReports(some, leading));
    }
}

/// A batch of them. False: there are no more now.
Result<bool> Office::readReports() {
    const auto some = STINT_TRY(someReports(reportsRead_ + 1, mostReports));
    if (some.all.empty()) return false;
    STINT_TRY(takeReports(some, true));
    if (lease_)
        for (const std::string& text : push::textsOf(some.all))
            STINT_TRY(broker_.tell(push::readSubject, {}, text));
    return some.all.size() == mostReports;
}

Result<void> Office::takeReports(const Reports& some, bool leading) {
    std::vector<StreamedReport> batch;
    for (const push::Recorded& one : some.all) {
        const auto asker = push::fleetAskerIn(one.message.subject);
        if (!asker) continue;
        const auto sealed = some.sealed.find(sealOf(one.message.sequence));
        batch.push_back({.sequence = one.message.sequence,
                         .time = one.at,
                         .device = asker->asker.device,
                         .text = one.message.body,
                         .sealed = sealed == some.sealed.end() ? nullptr : &sealed->second});
    }
    const Taken taken = STINT_TRY(roster_.take(reports_, batch));
    counted_ += static_cast<std::int64_t>(taken.reports.size());
    for (std::size_t why = 0; why < passed_.size(); ++why)
        passed_.at(why) += taken.passed.at(why);
    for (const Taken::Told& told : taken.reports) {
        const auto found = campaigns_.find(told.campaign);
        if (!isOpen_ || found == campaigns_.end()) continue; // before it is, the roster alone has them
        carryOut(found->first, found->second, found->second.steering.handle(told.report, wallNow()));
        note([&](News& news) {
            news.devices.emplace(found->second.steering.nameOf(told.report.device)); // it was there
            news.campaigns[told.campaign].insert(told.report.device);
        });
    }
    reportsRead_ = some.all.back().message.sequence;
    seals_.add(some.sealed, taken.verified);
    seals_.close(reportsRead_ + 1, broker_, leading ? &enroller_.keys() : nullptr);
    return {};
}

Result<void> Office::readCampaigns() {
    const WallTime now = wallNow();
    Result<void> done = {};
    const auto keep = [&](Result<void> result) {
        if (done.ok() && !result.ok()) done = std::move(result);
    };
    Ledger::Taker taker;
    taker.document = [&](const std::string& id, const Signed& document) {
        const auto campaign = campaignIn(document.document);
        STINT_CHECK(campaign.ok()); // the ledger has looked
        keep(roster_.putCampaign(document, now));
        campaigns_.insert_or_assign(id, Running{*campaign, document, Steering(*campaign)});
    };
    const auto giveUp = [&](const std::string& id, const Error& why) {
        wires_.tell(fmt::format("campaign {} goes on no more: {}", id, why.message));
        campaigns_.erase(id);
    };
    taker.entry = [&](const std::string& id, std::uint32_t, const Entry& entry) {
        const auto found = campaigns_.find(id);
        if (found == campaigns_.end()) return;
        const auto judge = [&](const std::string& paper) { return judged(id, paper); };
        const auto read = found->second.steering.read(entry, judge);
        if (!read.ok()) return giveUp(id, read.error());
        for (const std::string& passed : *read)
            wires_.tell(fmt::format("the log of campaign {} has what no operator's word is there for, and it is passed "
                                    "over: {}",
                                    id, passed));
        keep(noted(id, found->second, entry));
    };
    taker.damaged = giveUp;
    STINT_TRY(ledger_->read(campaignsRead_, taker));
    STINT_TRY(std::move(done));
    for (const std::string& id : roster_.ids()) // another server has forgotten it, or this one, before it died
        if (!campaignsRead_.campaigns.contains(id)) STINT_TRY(roster_.dropCampaign(id));
    return {};
}

/// fleet.md §2.1: no device can begin it any more, or is at it; what one tells yet has its time.
Result<void> Office::forgetOld() {
    const WallTime now = wallNow();
    for (auto each = campaigns_.begin(); each != campaigns_.end();) {
        const auto& [id, running] = *each;
        const bool isOld = now >= endOf(running.campaign) + running.campaign.plan.endWithin + campaignsKept;
        if (!isOld || running.steering.rollout().state() != Rollout::State::Ended) {
            ++each;
            continue;
        }
        STINT_TRY(ledger_->remove(id));
        STINT_TRY(roster_.dropCampaign(id));
        note([&](News& news) { news.campaigns.try_emplace(id); });
        each = campaigns_.erase(each);
    }
    return {};
}

/// The roster's part of an entry that is in the log.
Result<void> Office::noted(const std::string& id, const Running& running, const Entry& entry) {
    if (!entry.names.empty()) {
        std::vector<Roster::Meaning> devices;
        const auto first = running.steering.members() - static_cast<Device>(entry.names.size());
        for (std::size_t n = 0; n < entry.names.size(); ++n)
            devices.push_back({entry.names[n], running.steering.rollout().targets()[first + n].enrolment});
        STINT_TRY(roster_.addTargets(id, first, devices));
    }
    const std::uint32_t begun = running.steering.rollout().round(); // one that was passed over is none
    for (const Record& record : entry.records)
        if (const auto* const retried = std::get_if<Retried>(&record); retried && retried->round <= begun)
            STINT_TRY(roster_.beginRound(id, retried->round));
    return {};
}

/// That entry's part of the news: its campaign stands otherwise, and so does whoever it names.
void Office::note(const std::string& id, const Entry& entry, const Steering& steering) {
    note([&](News& news) {
        auto& devices = news.campaigns[id];
        for (std::size_t n = 1; n <= entry.names.size(); ++n)
            devices.insert(steering.members() - static_cast<Device>(n));
        for (const Record& record : entry.records)
            std::visit(
                [&](const auto& its) {
                    if constexpr (requires { its.device; })
                        devices.insert(its.device);
                    else if constexpr (requires { its.devices; } && !std::is_same_v<decltype(its), const Joined&>)
                        devices.insert(its.devices.begin(), its.devices.end());
                },
                record);
    });
}

/// The newest report of each of its devices.
Result<void> Office::hearKept(const std::string& id, Running& running) {
    const WallTime now = wallNow();
    for (Device from = 0;;) {
        const auto page = STINT_TRY(roster_.results(id, {}, from, aPage, now));
        for (const ResultEntry& one : page)
            if (one.telling.sequence != 0) running.steering.hear({one.target, one.enrolment, one.telling}, one.at);
        if (page.size() < aPage) return {};
        from = page.back().target + 1;
    }
}

} // namespace stint::fleet
