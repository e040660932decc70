// A tus server's answers: headers, one a line, in the order below (tus.io 1.0.0).
#include "programs/transfer/tus.hpp"
#include "fuzz/fuzz.hpp"
#include "programs/transfer/access.hpp"

using namespace stint;
using namespace stint::transfer;

int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    fuzz::Input input(bytes, size);
    const std::string versions = input.line();
    const std::string extensions = input.line();
    const std::string algorithms = input.line();
    const std::string largest = input.line();
    if (const auto offer = tus::readOffer(versions, extensions, algorithms, largest)) {
        fuzz::must(offer->checksum.empty() || algorithms.find(offer->checksum) != std::string::npos,
                   "a checksum is one that the server offers");
        fuzz::must(offer->largest.value_or(0) >= 0, "a size is no negative number");
    }
    const std::string offset = input.line();
    if (const auto number = tus::readNumber(offset)) {
        fuzz::must(offset.find_first_not_of("0123456789") == std::string::npos, "an offset is digits alone");
        fuzz::must(tus::readNumber(std::to_string(*number)) == number, "and reads again as what it is");
    }
    fuzz::must(tus::readExpiry(input.line()).value_or(0) >= 0, "an expiry lies after 1970");
    const std::string place = resolved("https://up.example.com/files/?a", input.line());
    fuzz::must(place.empty() || place.starts_with("http://") || place.starts_with("https://"),
               "an upload is at no place but a server");
    if (!place.empty()) fuzz::must(!originOf(place).empty(), "that has an origin");
    return 0;
}
