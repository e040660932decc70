// The kernel's two ways to say something: small files of /sys, with a word or a number and a line's end; and netlink's
// messages with their attributes, by libmnl: no length in them is trusted, and their bytes must be aligned as an
// nlmsghdr is.
#pragma once
#include <cstdint>
#include <cstring>
#include <map>
#include <optional>
#include <span>
#include <string>

#include <libmnl/libmnl.h>

#include "base/text/number.hpp"
#include "base/unix/process.hpp"

namespace stint {

/// The file's text without the line's end; empty where there is no file.
inline std::string kernelWord(const std::filesystem::path& file) {
    std::string text = readFile(file).value_or("");
    while (!text.empty() && (text.back() == '\n' || text.back() == ' '))
        text.pop_back();
    return text;
}

/// nullopt unless the whole text is a number.
inline std::optional<std::int64_t> kernelNumberIn(std::string_view text) {
    const auto number = takeNumber<std::int64_t>(text);
    return text.empty() ? number : std::nullopt;
}

inline std::optional<std::int64_t> kernelNumber(const std::filesystem::path& file) {
    return kernelNumberIn(kernelWord(file));
}

/// The attributes of a message, or of an attribute, by number; the later of two with one number counts.
class NetlinkAttributes {
public:
    /// Takes those behind the message's fixed part.
    NetlinkAttributes(const nlmsghdr& message, std::size_t fixed) {
        mnl_attr_parse(&message, static_cast<unsigned>(fixed), take, this);
    }
    /// Takes those inside `nest`; nullptr: none.
    explicit NetlinkAttributes(const nlattr* nest) {
        if (nest) mnl_attr_parse_nested(nest, take, this);
    }

    const nlattr* at(int type) const {
        const auto found = all_.find(type);
        return found == all_.end() ? nullptr : found->second;
    }
    const std::map<int, const nlattr*>& all() const { return all_; }
    std::span<const char> bytes(int type) const {
        const nlattr* const one = at(type);
        if (!one) return {};
        return {static_cast<const char*>(mnl_attr_get_payload(one)), mnl_attr_get_payload_len(one)};
    }
    std::string text(int type) const {
        const auto raw = bytes(type);
        if (raw.empty()) return {}; // strnlen() takes no null
        return {raw.data(), ::strnlen(raw.data(), raw.size())};
    }
    template <class Number = std::uint32_t> std::optional<Number> number(int type) const {
        Number value = 0;
        if (bytes(type).size() < sizeof value) return std::nullopt;
        std::memcpy(&value, bytes(type).data(), sizeof value);
        return value;
    }

private:
    static int take(const nlattr* one, void* self) {
        static_cast<NetlinkAttributes*>(self)->all_[mnl_attr_get_type(one)] = one;
        return MNL_CB_OK;
    }
    std::map<int, const nlattr*> all_;
};

/// The fixed part of a message; nullptr where it is too short for that.
template <class Fixed> const Fixed* fixedPart(const nlmsghdr& message) {
    if (mnl_nlmsg_get_payload_len(&message) < sizeof(Fixed)) return nullptr;
    return static_cast<const Fixed*>(mnl_nlmsg_get_payload(&message));
}

/// Calls `take` with each message of a datagram, until it returns false. Returns the bytes that are left: above 0 where
/// they are no message, or were not wanted.
template <class Byte, class Take> int eachMessage(std::span<const Byte> datagram, Take take) {
    int left = static_cast<int>(datagram.size());
    const auto* one = reinterpret_cast<const nlmsghdr*>(datagram.data());
    // libmnl 1.0 reads a length of 2 GiB or more as negative, which fits everywhere.
    for (; mnl_nlmsg_ok(one, left) && one->nlmsg_len <= datagram.size(); one = mnl_nlmsg_next(one, &left))
        if (!take(*one)) return left;
    return left;
}

} // namespace stint
