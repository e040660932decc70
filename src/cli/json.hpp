// The same views as the tables print, as JSON: one object a line, "schema" first, keys in a fixed order; times are
// milliseconds since 1970, sizes bytes, what is not known is null. Within schema 1 keys are only added.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "model/view.hpp"
#include "wire/views.hpp"

namespace stint::cli {

/// What the line of a followed job tells beside its state.
struct Event {
    std::string_view name;   ///< "scheduled", "state", "detached", "ended"
    std::string_view output; ///< the file of a download
};

std::string jsonOf(const JobView&);
std::string jsonOf(const JobView&, const Event&);
std::string jsonOf(const JobView&, const std::vector<Blocker>&);
std::string jsonOf(const TaskRow&);
std::string jsonOf(const AppView&);
std::string jsonOf(const wire::DeviceRow&);

} // namespace stint::cli
