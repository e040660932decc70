// Numbers in text: read whole, and written with their noun.
#pragma once
#include <charconv>
#include <concepts>
#include <optional>
#include <string>
#include <string_view>

#include <fmt/core.h>

namespace stint {

/// All of `text` as a number; nullopt if any part of it is no number, or if the number does not fit.
template <std::integral Number> std::optional<Number> numberIn(std::string_view text, int base = 10) {
    Number number{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, base);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return number;
}

/// Takes the number at the front of `text` off it; nullopt if there is none, or if it does not fit.
template <std::integral Number> std::optional<Number> takeNumber(std::string_view& text) {
    Number number{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{}) return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    return number;
}

/// "1 session", "2 sessions"; `many` is a plural that is not formed by an s: "1 process", "2 processes".
std::string counted(std::integral auto count, std::string_view one, std::string_view many = {}) {
    if (count == 1) return fmt::format("1 {}", one);
    return many.empty() ? fmt::format("{} {}s", count, one) : fmt::format("{} {}", count, many);
}

} // namespace stint
