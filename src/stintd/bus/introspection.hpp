// The XML at an object path: the contract of dbus/*.xml, built into the program.
#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace stint {

/// The files that describe the interfaces of /org/stint.
extern const std::string_view contractTexts[];
extern const std::size_t contractCount;

/// Answers org.freedesktop.DBus.Introspectable.Introspect; nullopt where there is no such object.
std::optional<std::string> introspection(std::string_view path);

} // namespace stint
