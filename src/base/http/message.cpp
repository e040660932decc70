#include "base/http/message.hpp"

#include <nlohmann/json.hpp>
#include <strings.h>

#include "base/result/errors.hpp"
#include "base/text/number.hpp"
#include "base/text/printable.hpp"

namespace stint::http {

std::vector<std::string_view> Request::values(std::string_view name) const {
    std::vector<std::string_view> found;
    for (const auto& [its, value] : headers)
        if (its.size() == name.size() && ::strncasecmp(its.data(), name.data(), name.size()) == 0)
            found.emplace_back(value);
    return found;
}

std::string_view Request::value(std::string_view name) const {
    const auto found = values(name);
    return found.empty() ? std::string_view() : found.front();
}

Result<std::string> unescaped(std::string_view text) {
    std::string plain;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '+') {
            plain += ' ';
        } else if (text[i] != '%') {
            plain += text[i];
        } else {
            const auto byte = numberIn<unsigned char>(text.substr(i + 1, 2), 16);
            if (!byte || text.size() < i + 3)
                return fail(Errc::ILLEGAL_ARGUMENT, "\"{}\" has a % without two hexadecimal digits", printable(text));
            plain += static_cast<char>(*byte);
            i += 2;
        }
    }
    return plain;
}

Answer refusal(int status, std::string_view sentence) {
    const nlohmann::json object{{"error", sentence}};
    return {status, "application/json", object.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n"};
}

} // namespace stint::http
