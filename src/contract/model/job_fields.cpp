#include "contract/model/job_fields.hpp"

#include "base/result/overloaded.hpp"

namespace stint {
namespace {

bool holdsSomething(bool flag) { return flag; }
bool holdsSomething(std::int32_t) { return true; }
bool holdsSomething(Bytes bytes) { return bytes != NETWORK_BYTES_UNKNOWN; }
bool holdsSomething(NetworkBytes bytes) {
    return bytes.down != NETWORK_BYTES_UNKNOWN || bytes.up != NETWORK_BYTES_UNKNOWN;
}
bool holdsSomething(const PersistableBundle& bundle) { return !bundle.isEmpty(); }
template <class T> bool holdsSomething(const std::optional<T>& value) { return value.has_value(); }
template <class T> bool holdsSomething(const std::vector<T>& list) { return !list.empty(); }
template <class T> bool holdsSomething(const std::set<T>& set) { return !set.empty(); }

} // namespace

std::string textOf(const ComponentName& service) {
    if (service.package.empty() && service.name.find('/') == std::string::npos) return service.name;
    return service.package + "/" + service.name;
}

ComponentName componentFrom(const std::string& text) {
    const auto slash = text.find('/');
    if (slash == std::string::npos) return ComponentName{text};
    return ComponentName{text.substr(0, slash), text.substr(slash + 1)};
}

bool isSet(const JobField& field, const JobInfo& job) {
    return std::visit(Overloaded{[](const NoValue&) { return false; },
                                 [&](const ClipValue&) { return job.getClipData().has_value(); },
                                 [&](const auto& value) { return holdsSomething(value.get(job)); }},
                      field.value);
}

ConstraintSet constraintsOf(const JobInfo& job) {
    ConstraintSet set = 0;
    for (std::size_t n = 0; n < jobFields.size(); ++n) {
        const auto* flag = std::get_if<JobValue<bool>>(&jobFields[n].value);
        if (flag && jobFields[n].constraint != PENDING_JOB_REASON_UNDEFINED && flag->get(job))
            set |= ConstraintSet{1} << n;
    }
    return set;
}

} // namespace stint
