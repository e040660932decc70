#include "contract/model/record.hpp"

#include "base/result/containers.hpp"

namespace stint {

bool outlivesBoot(const Record& record) {
    return std::visit(
        Overloaded{[](const SaveJob& saved) { return saved.job.info.isPersisted() || saved.replacesPersisted; },
                   [](const SaveContent&) { return false; }, [](const SaveDeviceState&) { return false; },
                   [](const auto&) { return true; }},
        record);
}

} // namespace stint
