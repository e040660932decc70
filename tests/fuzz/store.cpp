// The JSON in the store's rows: a disk may have changed it, and so may whoever may write there. The first byte chooses
// which; what was read is written and read again as the same.
#include "base/result/errors.hpp"
#include "contract/json/job_json.hpp"
#include "fuzz/fuzz.hpp"
#include "stintd/store/app_json.hpp"
#include "stintd/store/ledger_json.hpp"

using namespace stint;

namespace {

template <auto decode, auto encode> void roundTrip(const std::string& text) {
    const auto once = decode(text);
    if (!once) return fuzz::must(once.error().code == Errc::ILLEGAL_ARGUMENT, "what is no row is IllegalArgument");
    const std::string written = encode(*once);
    const auto again = decode(written);
    fuzz::must(again.ok(), "what was read can be written, and read again");
    fuzz::must(encode(*again) == written, "as the same"); // by its text, for NaN is equal to nothing
}

Result<AppMemory> memoryFrom(std::string_view text) {
    AppMemory memory;
    STINT_TRY(readLedgers(text, memory));
    return memory;
}

constexpr void (*rows[])(const std::string&){
    roundTrip<jobInfoFrom, jobInfoText>,
    roundTrip<extrasFrom, extrasText>,
    roundTrip<instantsFrom, instantsText>,
    roundTrip<flagsFrom, flagsText>,
    roundTrip<wordsFrom, wordsText>,
    roundTrip<channelsFrom, channelsText>,
    roundTrip<deviceStateFrom, deviceStateText>,
    roundTrip<memoryFrom, ledgersText>,
    roundTrip<usageFrom, usageText>,
};

} // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    fuzz::Input input(bytes, size);
    const auto row = fuzz::choose(rows, input);
    row(input.rest());
    return 0;
}
