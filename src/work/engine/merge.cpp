#include "work/engine/merge.hpp"

#include "base/result/fail.hpp"
#include "base/result/try.hpp"

namespace stint::work {

namespace {

// A scalar at `index` of Value has its array at `index + scalars`.
constexpr std::size_t scalars = std::variant_size_v<Value> / 2;

template <std::size_t candidate = 0> Value arrayOf(const Value& value) {
    if constexpr (candidate < scalars) {
        if (value.index() != candidate) return arrayOf<candidate + 1>(value);
        std::variant_alternative_t<candidate + scalars, Value> array;
        array.push_back(std::get<candidate>(value));
        return array;
    } else {
        return value; // an array already
    }
}

/// Appends a value of the same type; of another it does nothing, and returns false.
bool append(Value& to, const Value& from) {
    return to.index() == from.index() && std::visit(
                                             [&from]<class Held>(Held& held) {
                                                 if constexpr (requires {
                                                                   held.reserve(0);
                                                                   held.push_back(held[0]);
                                                               }) {
                                                     const Held& more = std::get<Held>(from);
                                                     held.insert(held.end(), more.begin(), more.end());
                                                 }
                                                 return true;
                                             },
                                             to);
}

} // namespace

Result<Data> merge(InputMerger merger, const std::vector<Data>& inputs) {
    Data::Map merged;
    for (const Data& input : inputs) {
        for (const auto& [key, value] : input.getKeyValueMap()) {
            if (merger == InputMerger::OVERWRITING) {
                merged.insert_or_assign(key, value);
                continue;
            }
            Value array = arrayOf(value);
            const auto [found, fresh] = merged.try_emplace(key, array);
            if (!fresh && !append(found->second, array))
                return fail(Errc::ILLEGAL_ARGUMENT,
                            "the values of \"{}\" are of two types, and make no array; one type, or the overwriting "
                            "merger, would be right",
                            key);
        }
    }
    Data::Builder builder;
    for (auto& [key, value] : merged)
        builder.put(key, std::move(value));
    return builder.build();
}

} // namespace stint::work
