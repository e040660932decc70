#include "work/engine/bytes.hpp"

#include <cstring>
#include <type_traits>

#include "base/result/fail.hpp"
#include "base/result/try.hpp"

namespace stint::work {

namespace {

constexpr char dataVersion = 1;

template <class Type> struct IsVector : std::false_type {};
template <class Type> struct IsVector<std::vector<Type>> : std::true_type {};

// Numbers lie in this machine's byte order: an app's file does not move to a machine with another.
template <class Number> void appendNumber(std::string& bytes, Number number) {
    char raw[sizeof number];
    std::memcpy(raw, &number, sizeof number);
    bytes.append(raw, sizeof number);
}

template <class Type> void appendValue(std::string& bytes, const Type& value) {
    if constexpr (IsVector<Type>::value) {
        appendNumber(bytes, static_cast<std::uint32_t>(value.size()));
        for (const auto& one : value)
            appendValue<typename Type::value_type>(bytes, one);
    } else if constexpr (std::is_same_v<Type, std::string>) {
        appendNumber(bytes, static_cast<std::uint32_t>(value.size()));
        bytes += value;
    } else {
        appendNumber(bytes, value);
    }
}

class DataReader {
public:
    explicit DataReader(std::string_view bytes) : rest_(bytes) {}
    bool whole() const { return rest_.empty() && !short_; }
    bool broken() const { return short_; }

    template <class Type> Type take() {
        if constexpr (IsVector<Type>::value) {
            Type read;
            const auto count = take<std::uint32_t>();
            for (std::uint32_t i = 0; i < count && !short_; ++i)
                read.push_back(take<typename Type::value_type>());
            return read;
        } else if constexpr (std::is_same_v<Type, std::string>) {
            return std::string(takeBytes(take<std::uint32_t>()));
        } else if constexpr (std::is_same_v<Type, bool>) {
            return take<std::uint8_t>() != 0;
        } else {
            Type number{};
            const std::string_view raw = takeBytes(sizeof number);
            if (!short_) std::memcpy(&number, raw.data(), raw.size());
            return number;
        }
    }

private:
    std::string_view takeBytes(std::size_t count) {
        short_ = short_ || count > rest_.size();
        if (short_) return {};
        const std::string_view taken = rest_.substr(0, count);
        rest_.remove_prefix(count);
        return taken;
    }

    std::string_view rest_;
    bool short_ = false;
};

/// The value of the variant's type `index`; nullopt where there is no such type.
template <std::size_t candidate = 0> std::optional<Value> takeValue(DataReader& reader, std::size_t index) {
    if constexpr (candidate < std::variant_size_v<Value>) {
        if (index != candidate) return takeValue<candidate + 1>(reader, index);
        return Value(std::in_place_index<candidate>, reader.take<std::variant_alternative_t<candidate, Value>>());
    } else {
        return std::nullopt;
    }
}

} // namespace

std::string bytesOf(const Data::Map& map) {
    if (map.empty()) return {};
    std::string bytes(1, dataVersion);
    appendNumber(bytes, static_cast<std::uint32_t>(map.size()));
    for (const auto& [key, value] : map) {
        appendValue(bytes, key);
        bytes += static_cast<char>(value.index());
        std::visit([&](const auto& held) { appendValue(bytes, held); }, value);
    }
    return bytes;
}

Result<Data> dataOf(std::string_view bytes) {
    if (bytes.empty()) return Data();
    DataReader reader(bytes);
    const auto broken = [] { return fail(Errc::STORAGE, "data that is not whole"); };
    if (const char version = reader.take<char>(); version != dataVersion)
        return fail(Errc::STORAGE, "data of version {}, this libstint-work knows {}", static_cast<int>(version),
                    static_cast<int>(dataVersion));
    Data::Builder read;
    const auto count = reader.take<std::uint32_t>();
    for (std::uint32_t i = 0; i < count; ++i) {
        auto key = reader.take<std::string>();
        auto value = takeValue(reader, static_cast<std::size_t>(reader.take<std::uint8_t>()));
        if (!value || reader.broken()) return broken();
        read.put(std::move(key), std::move(*value));
    }
    if (!reader.whole()) return broken();
    return read.build();
}

} // namespace stint::work
