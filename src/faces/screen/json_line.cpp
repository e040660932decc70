#include "faces/screen/json_line.hpp"

#include "base/text/printable.hpp"

namespace stint::cli {
namespace {

constexpr int schema = 1;

} // namespace

Json header() { return Json{{"schema", schema}}; }

std::string dumped(const Json& line) {
    return printableJson(line.dump(-1, ' ', false, Json::error_handler_t::replace));
}

} // namespace stint::cli
