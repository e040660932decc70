#include "contract/rules/p256.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace stint {
namespace {

/// 256 bits, the least significant limb first.
using Number = std::array<std::uint32_t, 8>;

// SEC 2, secp256r1: y² = x³ − 3x + b modulo p.
constexpr Number prime{0xFFFFFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0, 0, 0, 1, 0xFFFFFFFF};
constexpr Number curveB{0x27D2604B, 0x3BCE3C3E, 0xCC53B0F6, 0x651D06B0, 0x769886BC, 0xB3EBBD55, 0xAA3A93E7, 0x5AC635D8};
constexpr unsigned limbBits = 32;

bool isLess(const Number& one, const Number& other) {
    for (std::size_t at = one.size(); at-- > 0;)
        if (one.at(at) != other.at(at)) return one.at(at) < other.at(at);
    return false;
}

Number less(const Number& from, const Number& what) {
    Number result{};
    std::uint64_t borrow = 0;
    for (std::size_t at = 0; at < result.size(); ++at) {
        const std::uint64_t taken = std::uint64_t{from.at(at)} - what.at(at) - borrow;
        result.at(at) = static_cast<std::uint32_t>(taken);
        borrow = (taken >> limbBits) & 1;
    }
    return result;
}

/// The sum of two numbers below the prime.
Number sum(const Number& one, const Number& other) {
    Number result{};
    std::uint64_t carry = 0;
    for (std::size_t at = 0; at < result.size(); ++at) {
        carry += std::uint64_t{one.at(at)} + other.at(at);
        result.at(at) = static_cast<std::uint32_t>(carry);
        carry >>= limbBits;
    }
    return carry != 0 || !isLess(result, prime) ? less(result, prime) : result;
}

Number difference(const Number& one, const Number& other) { return sum(one, less(prime, other)); }

/// By doubling: 256 steps, which is nothing beside a call over a socket.
Number product(const Number& one, const Number& other) {
    Number result{};
    for (std::size_t at = other.size(); at-- > 0;)
        for (unsigned bit = limbBits; bit-- > 0;) {
            result = sum(result, result);
            if ((other.at(at) >> bit) & 1U) result = sum(result, one);
        }
    return result;
}

std::optional<std::uint8_t> sixBits(char character) {
    constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    const auto place = alphabet.find(character);
    if (place == std::string_view::npos) return std::nullopt;
    return static_cast<std::uint8_t>(place);
}

constexpr std::size_t pointBytes = 65;
using Point = std::array<std::uint8_t, pointBytes>;

std::optional<Point> bytesOfPoint(std::string_view text) {
    Point bytes{};
    std::size_t count = 0;
    std::uint32_t held = 0;
    unsigned bits = 0;
    for (const char character : text) {
        const auto six = sixBits(character);
        if (!six) return std::nullopt;
        held = (held << 6U) | *six;
        bits += 6;
        if (bits < 8) continue;
        bits -= 8;
        if (count == bytes.size()) return std::nullopt;
        bytes.at(count++) = static_cast<std::uint8_t>(held >> bits);
        held &= (1U << bits) - 1;
    }
    if (count != bytes.size() || held != 0) return std::nullopt;
    return bytes;
}

Number numberIn(std::span<const std::uint8_t> bigEndian) {
    Number number{};
    for (const std::uint8_t byte : bigEndian) {
        std::uint32_t carry = byte;
        for (std::uint32_t& limb : number) {
            const std::uint32_t next = limb >> (limbBits - 8);
            limb = (limb << 8U) | carry;
            carry = next;
        }
    }
    return number;
}

} // namespace

bool isP256Point(std::string_view text) {
    constexpr std::uint8_t uncompressed = 4;
    if (text.size() != pointCharacters) return false;
    const auto bytes = bytesOfPoint(text);
    if (!bytes || bytes->front() != uncompressed) return false;
    const auto coordinates = std::span(*bytes).subspan(1);
    const Number x = numberIn(coordinates.first(coordinates.size() / 2));
    const Number y = numberIn(coordinates.last(coordinates.size() / 2));
    if (!isLess(x, prime) || !isLess(y, prime)) return false;
    const Number cube = product(product(x, x), x);
    const Number right = sum(difference(cube, sum(sum(x, x), x)), curveB);
    return product(y, y) == right;
}

} // namespace stint
