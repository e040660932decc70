#include "work/engine/requests.hpp"

#include "base/result/check.hpp"

namespace stint::work {

namespace {

/// Expedited ones first, by the text's order; then no two constraints have one text.
std::string groupOf(const Request& request) {
    const Constraints& c = request.spec.constraints;
    std::string group = request.isExpedited() || request.isUserInitiated() ? "0" : "1";
    group += fmt::format("{}{:d}{:d}{:d}{:d}", static_cast<int>(c.getRequiredNetworkType()), c.requiresCharging(),
                         c.requiresDeviceIdle(), c.requiresBatteryNotLow(), c.requiresStorageNotLow());
    if (const auto& network = c.getRequiredNetworkRequest()) {
        group += " net";
        for (const auto capability : network->getCapabilities())
            group += fmt::format(" {}", static_cast<int>(capability));
        for (const auto transport : network->getTransportTypes())
            group += fmt::format(" t{}", static_cast<int>(transport));
        group += network->getNetworkSpecifier().value_or("");
    }
    for (const auto& trigger : c.getContentUriTriggers())
        group += fmt::format("\n{} {}", trigger.flags, trigger.uri);
    return group;
}

Requests::Place placeOf(const Request& request) { return {request.notBefore, request.sequence, request.spec.id}; }

} // namespace

void Requests::load(std::vector<Request> requests) {
    *this = Requests();
    for (Request& request : requests) {
        link(request);
        index(request);
        const UUID id = request.spec.id;
        STINT_CHECK(all_.emplace(id, std::move(request)).second); // who reads the file refuses one that has it twice
    }
    checkSizes();
}

// Each way to find requests has no more than there are, and a request is in one state.
void Requests::checkSizes() const {
    STINT_CHECK(jobs_.size() <= all_.size());
    STINT_CHECK(claimed_.size() <= all_.size());
    STINT_CHECK(running_.size() <= claimed_.size()); // what runs does so in some process
    STINT_CHECK(running_.size() + ended_.size() <= all_.size());
}

const Request* Requests::find(const UUID& id) const {
    const auto found = all_.find(id);
    return found == all_.end() ? nullptr : &found->second;
}

const Request* Requests::ofJob(std::int32_t job) const {
    const auto found = jobs_.find(job);
    return found == jobs_.end() ? nullptr : &all_.at(found->second);
}

void Requests::link(const Request& request) {
    if (!request.name.empty()) names_[request.name].insert(request.spec.id);
    for (const UUID& parent : request.parents)
        children_[parent].insert(request.spec.id);
}

void Requests::insert(Request request) {
    const UUID id = request.spec.id;
    link(request);
    index(request);
    changed_.insert(id);
    fresh_.insert(id);
    STINT_CHECK(all_.emplace(id, std::move(request)).second);
}

void Requests::erase(const UUID& id) {
    const Request& request = all_.at(id);
    unindex(request);
    if (!request.name.empty()) {
        auto named = names_.find(request.name);
        STINT_CHECK(named != names_.end());
        STINT_CHECK(named->second.erase(id) == 1);
        if (named->second.empty()) names_.erase(named);
    }
    for (const UUID& parent : request.parents) {
        auto siblings = children_.find(parent);
        STINT_CHECK(siblings != children_.end());
        STINT_CHECK(siblings->second.erase(id) == 1);
        if (siblings->second.empty()) children_.erase(siblings);
    }
    // What followed it follows nothing in its place: it is over itself, or was given its input.
    for (const UUID& child : std::set(childrenOf(id))) {
        all_.at(child).parents.erase(id);
        changed_.insert(child);
    }
    children_.erase(id);
    changed_.erase(id);
    if (fresh_.erase(id) == 0) dropped_.push_back(id);
    all_.erase(id);
}

void Requests::index(const Request& request) {
    const UUID& id = request.spec.id;
    // No request is so, whoever has changed it: a file that says it is refused (rows.cpp).
    STINT_CHECK(request.isFinished() == request.finishedAt.has_value());
    STINT_CHECK(request.isPeriodic() == request.windowEnd.has_value());
    if (request.job) STINT_CHECK(jobs_.emplace(*request.job, id).second); // a job is of one request
    if (request.session) claimed_.insert(id);
    if (request.state == State::RUNNING) running_.insert(id);
    if (request.state == State::ENQUEUED) waiting_[groupOf(request)].insert(placeOf(request));
    if (request.isFinished()) ended_.emplace(*request.finishedAt + request.spec.keepResults, id);
}

void Requests::unindex(const Request& request) {
    const UUID& id = request.spec.id;
    // It is found by what it was when it was indexed: only change() changes it.
    if (request.job) STINT_CHECK(jobs_.erase(*request.job) == 1);
    STINT_CHECK((claimed_.erase(id) == 1) == request.session.has_value());
    STINT_CHECK((running_.erase(id) == 1) == (request.state == State::RUNNING));
    if (request.state == State::ENQUEUED) {
        const auto group = waiting_.find(groupOf(request));
        STINT_CHECK(group != waiting_.end());
        STINT_CHECK(group->second.erase(placeOf(request)) == 1);
        if (group->second.empty()) waiting_.erase(group);
    }
    if (request.isFinished()) STINT_CHECK(ended_.erase({*request.finishedAt + request.spec.keepResults, id}) == 1);
}

std::vector<Record> Requests::takeRecords() {
    STINT_CHECK(fresh_.size() <= changed_.size()); // what is new is to be written
    std::vector<Record> records;
    for (const UUID& id : dropped_)
        records.emplace_back(DropRequest{id});
    for (const UUID& id : changed_) {
        const Request& request = all_.at(id);
        STINT_CHECK(request.state != State::RUNNING || request.session); // as the file is to have it
        records.emplace_back(SaveRequest{request, fresh_.contains(id)});
    }
    checkSizes();
    changed_.clear();
    fresh_.clear();
    dropped_.clear();
    return records;
}

} // namespace stint::work
