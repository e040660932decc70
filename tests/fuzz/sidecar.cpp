// The records of a download and of an upload, which transfers keep beside a file. Anybody who may write in the
// directory may have written them.
#include "programs/transfer/sidecar.hpp"
#include "fuzz/fuzz.hpp"
#include "programs/transfer/tus.hpp"

using namespace stint;

namespace {

template <class Decode> void roundTrip(const std::string& text, Decode decodeOne) {
    const auto once = decodeOne(text);
    if (!once) return;
    const auto again = decodeOne(transfer::encode(*once));
    fuzz::must(again == once, "a record that was read is written as it is");
}

} // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    fuzz::Input input(bytes, size);
    const bool upload = input.byte() % 2 == 1;
    const std::string text = input.rest();
    if (upload)
        roundTrip(text, transfer::decodeUpload);
    else
        roundTrip(text, transfer::decode);
    return 0;
}
