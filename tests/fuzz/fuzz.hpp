// The common part of the fuzz targets. Each target is one file with LLVMFuzzerTestOneInput
// (llvm.org/docs/LibFuzzer.html): it reads what a stranger could have sent, and checks more than that nothing
// crashes: what was read can be written, and reads again as the same.
#pragma once
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>

namespace stint::fuzz {

/// The bytes of one run. They are copied to a place of their own, so that a sanitizer sees who reads past their end.
class Input {
public:
    Input(const std::uint8_t* bytes, std::size_t size) : left_(reinterpret_cast<const char*>(bytes), size) {}

    /// 0 where there is none any more.
    unsigned byte() {
        if (left_.empty()) return 0;
        const auto value = static_cast<unsigned char>(left_.front());
        left_.remove_prefix(1);
        return value;
    }
    /// Up to the next newline, which is left out.
    std::string line() {
        const std::size_t end = left_.find('\n');
        std::string text(left_.substr(0, end));
        left_.remove_prefix(end == std::string_view::npos ? left_.size() : end + 1);
        return text;
    }
    std::string rest() { return std::string(std::exchange(left_, {})); }

private:
    std::string_view left_;
};

/// Ends the run as a crash where `holds` is false.
inline void must(bool holds, const char* what) {
    if (holds) return;
    std::fprintf(stderr, "this does not hold: %s\n", what);
    std::abort();
}

/// One target of several in a file, by the first byte.
template <class Table> const auto& choose(const Table& table, Input& input) {
    return table[input.byte() % std::size(table)];
}

} // namespace stint::fuzz

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size);
