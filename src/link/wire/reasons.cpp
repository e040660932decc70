#include "link/wire/reasons.hpp"

#include "base/result/try.hpp"

namespace stint::wire {

void writeReasons(DictionaryWriter& dictionary, const std::vector<PendingReason>& reasons) {
    dictionary.put("reasons", "ai", [&reasons](Writer& value) {
        value.openArray("i");
        for (const PendingReason reason : reasons)
            value.int32(static_cast<std::int32_t>(reason));
        value.close();
    });
    std::vector<std::string> names;
    for (const PendingReason reason : reasons)
        names.emplace_back(stint::nameOf(reason));
    dictionary.put("reasonNames", names);
}

void takeReasons(DictionaryReader& dictionary, std::vector<PendingReason>& reasons) {
    dictionary.take("reasons", "ai", [&reasons](Reader& value) -> Result<void> {
        return value.array("i", [&reasons](Reader& element) -> Result<void> {
            const std::int32_t reason = STINT_TRY(element.int32());
            reasons.push_back(static_cast<PendingReason>(reason));
            return {};
        });
    });
}

} // namespace stint::wire
