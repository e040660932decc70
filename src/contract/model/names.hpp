// One table of names for an enumeration, and both ways through it.
#pragma once
#include <array>
#include <optional>
#include <string_view>
#include <utility>

namespace stint {

template <class E, std::size_t N> using NameTable = std::array<std::pair<E, std::string_view>, N>;

template <class E, std::size_t N> constexpr std::string_view nameIn(const NameTable<E, N>& table, E value) {
    for (const auto& [one, name] : table)
        if (one == value) return name;
    return "unknown";
}

template <class E, std::size_t N>
constexpr std::optional<E> namedIn(const NameTable<E, N>& table, std::string_view name) {
    for (const auto& [one, its] : table)
        if (its == name) return one;
    return std::nullopt;
}

} // namespace stint
