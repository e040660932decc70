// Extras as JSON.
#pragma once
#include <nlohmann/json.hpp>

#include "contract/json/json_text.hpp"
#include "stint/bundle.hpp"
#include "stint/result.hpp"

namespace stint {

/// Writes each value under its type letter on the wire, {"rows":{"i":7},"tags":{"as":["a","b"]}}, because JSON has one
/// kind of number and a bundle has three.
void writeBundle(JsonText& text, const PersistableBundle& bundle);

/// May throw nlohmann::json::exception where a value is not of its letter's type.
Result<PersistableBundle> bundleFrom(const nlohmann::json& json);

} // namespace stint
