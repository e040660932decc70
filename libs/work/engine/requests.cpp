#include "work/engine/requests.hpp"

#include "base/result/errors.hpp"
#include "work/engine/constraints.hpp"

namespace stint::work {

namespace {

/// The group's name begins so that expedited requests come first; no two constraints have the same text.
std::string groupOf(const Request& request) {
    const Constraints& c = request.spec.constraints;
    std::string group = request.isExpedited() || request.isUserInitiated() ? "0" : "1";
    group += std::to_string(static_cast<int>(c.getRequiredNetworkType()));
    for (const ConstraintFlag& flag : constraintFlags)
        group += (c.*flag.get)() ? '1' : '0';
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

void Requests::take(std::vector<Request> changed, const std::vector<UUID>& gone) {
    // All of them go before any comes back: a job may have passed from one to another.
    const auto forget = [&](const UUID& id) {
        const auto found = all_.find(id);
        if (found == all_.end()) return;
        unindex(found->second);
        unlink(found->second);
        all_.erase(found);
    };
    for (const UUID& id : gone) {
        release(id);
        forget(id);
    }
    for (const Request& request : changed)
        forget(request.spec.id);
    for (Request& request : changed) {
        link(request);
        index(request);
        const UUID id = request.spec.id;
        STINT_CHECK(all_.emplace(id, std::move(request)).second); // the reader of the file refuses a duplicate
    }
    checkSizes();
}

// No index has more entries than there are requests, and a request is in one state.
void Requests::checkSizes() const {
    STINT_CHECK(jobs_.size() <= all_.size());
    STINT_CHECK(claimed_.size() <= all_.size());
    STINT_CHECK(running_.size() <= claimed_.size()); // a running request belongs to a process
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

void Requests::unlink(const Request& request) {
    const UUID& id = request.spec.id;
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
}

/// The requests that followed it get no other parent: they have ended themselves, or already have their input.
void Requests::release(const UUID& parent) {
    const auto children = children_.extract(parent);
    if (children.empty()) return;
    for (const UUID& child : children.mapped())
        all_.at(child).parents.erase(parent);
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
    unlink(request);
    changed_.insert(childrenOf(id).begin(), childrenOf(id).end());
    release(id);
    changed_.erase(id);
    if (fresh_.erase(id) == 0) dropped_.push_back(id);
    all_.erase(id);
}

void Requests::index(const Request& request) {
    const UUID& id = request.spec.id;
    // No request breaks this, whatever changed it: a file with such a row is refused (requestIn()).
    STINT_CHECK(request.isFinished() == request.finishedAt.has_value());
    STINT_CHECK(request.isPeriodic() == request.windowEnd.has_value());
    if (request.job) STINT_CHECK(jobs_.emplace(*request.job, id).second); // no other request has this job
    if (request.session) claimed_.insert(id);
    if (request.state == State::RUNNING) running_.insert(id);
    if (request.state == State::ENQUEUED) waiting_[groupOf(request)].insert(placeOf(request));
    if (request.isFinished()) ended_.emplace(*request.finishedAt + request.spec.keepResults, id);
}

void Requests::unindex(const Request& request) {
    const UUID& id = request.spec.id;
    // The entry is the one that was made when it was indexed: only change() changes a request.
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
    STINT_CHECK(fresh_.size() <= changed_.size()); // a new request is also a changed one
    std::vector<Record> records;
    for (const UUID& id : dropped_)
        records.emplace_back(DropRequest{id});
    for (const UUID& id : changed_) {
        const Request& request = all_.at(id);
        STINT_CHECK(request.state != State::RUNNING || request.session); // the file's rule for a running request
        records.emplace_back(SaveRequest{request, fresh_.contains(id)});
    }
    checkSizes();
    changed_.clear();
    fresh_.clear();
    dropped_.clear();
    return records;
}

} // namespace stint::work
