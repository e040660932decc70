#include "fleet/document/value.hpp"

#include <algorithm>
#include <utility>

#include <nlohmann/json.hpp>

#include "base/result/containers.hpp"
#include "base/result/errors.hpp"
#include "base/text/toml.hpp"

namespace stint::fleet {
namespace {

Result<Value> valueOf(const toml::node& node, std::string_view file) {
    Value value;
    value.line = node.source().begin.line;
    value.column = node.source().begin.column;
    if (const auto flag = node.value_exact<bool>()) {
        value.held = *flag;
    } else if (const auto number = node.value_exact<std::int64_t>()) {
        value.held = *number;
    } else if (auto text = node.value_exact<std::string>()) {
        value.held = std::move(*text);
    } else if (const toml::array* const list = node.as_array()) {
        Value::List& values = value.held.emplace<Value::List>();
        for (const toml::node& each : *list) {
            auto one = STINT_TRY(valueOf(each, file));
            values.push_back(std::move(one));
        }
    } else if (const toml::table* const table = node.as_table()) {
        Value::Table& values = value.held.emplace<Value::Table>();
        for (auto&& [key, each] : *table) {
            auto one = STINT_TRY(valueOf(each, file));
            values.emplace(key.str(), std::move(one));
        }
    } else {
        return at(file, value,
                  fail(Errc::ILLEGAL_ARGUMENT, "{} stands here, which a campaign has nowhere",
                       node.is_floating_point() ? "a number with a fraction" : "a date or a time"));
    }
    return value;
}

/// Makes values of what nlohmann's lexer finds, and stops at what a document has not.
class Reading : public nlohmann::json_sax<nlohmann::json> {
public:
    Value root{Value::Table{}};
    std::string why;

    bool null() override { return refuse("null"); }
    bool boolean(bool flag) override { return put({flag}) != nullptr; }
    bool number_integer(number_integer_t number) override {
        if (number < -largestNumber || number > largestNumber) return refuse("a number beyond 2^53");
        return put({number}) != nullptr;
    }
    bool number_unsigned(number_unsigned_t number) override {
        constexpr auto most = static_cast<number_unsigned_t>(largestNumber) + 1; // too large, whatever it is
        return number_integer(static_cast<number_integer_t>(std::min(number, most)));
    }
    bool number_float(number_float_t, const string_t&) override { return refuse("a number with a fraction"); }
    bool string(string_t& text) override { return put({std::move(text)}) != nullptr; }
    bool binary(binary_t&) override { return refuse("bytes"); }
    bool start_object(std::size_t) override { return open({Value::Table{}}); }
    bool start_array(std::size_t) override { return open({Value::List{}}); }
    bool key(string_t& name) override {
        if (open_.back()->table()->contains(name)) return refuse("a key for the second time");
        key_ = std::move(name);
        return true;
    }
    bool end_object() override { return close(); }
    bool end_array() override { return close(); }
    bool parse_error(std::size_t position, const std::string&, const nlohmann::json::exception&) override {
        why = fmt::format("it is no JSON from byte {} on", position);
        return false;
    }

private:
    static constexpr std::size_t deepest = 8;

    bool refuse(std::string_view what) {
        why = fmt::format("it has {}, which a document has nowhere", what);
        return false;
    }
    /// The place of the value that comes next; nullptr: it has none.
    Value* put(Value value) {
        if (open_.empty()) {
            refuse("a value that is no table");
            return nullptr;
        }
        if (auto* const list = std::get_if<Value::List>(&open_.back()->held))
            return &list->emplace_back(std::move(value));
        return &std::get<Value::Table>(open_.back()->held).emplace(std::move(key_), std::move(value)).first->second;
    }
    bool open(Value value) {
        if (open_.size() == deepest) return refuse("too many brackets inside each other");
        Value* place = &root;
        if (!open_.empty())
            place = put(std::move(value));
        else if (!value.table())
            return refuse("a list in place of a table");
        open_.push_back(place);
        return true;
    }
    bool close() {
        open_.pop_back();
        return true;
    }

    std::vector<Value*> open_;
    std::string key_;
};

void write(std::string& into, const Value& value) {
    // nlohmann escapes what JSON wants escaped, and nothing else, each in one form (RFC 8785's).
    const auto quote = [&](const std::string& text) {
        into += nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
    };
    std::visit(Overloaded{[&](bool flag) { into += flag ? "true" : "false"; },
                          [&](std::int64_t number) { into += fmt::format("{}", number); },
                          [&](const std::string& text) { quote(text); },
                          [&](const Value::List& list) {
                              const char* before = "[";
                              for (const Value& each : list) {
                                  into += std::exchange(before, ",");
                                  write(into, each);
                              }
                              into += list.empty() ? "[]" : "]";
                          },
                          [&](const Value::Table& table) {
                              const char* before = "{";
                              for (const auto& [key, each] : table) {
                                  into += std::exchange(before, ",");
                                  quote(key);
                                  into += ':';
                                  write(into, each);
                              }
                              into += table.empty() ? "{}" : "}";
                          }},
               value.held);
}

} // namespace

std::string_view Value::shape() const {
    return std::visit(Overloaded{[](bool) { return "a yes or no"; }, [](std::int64_t) { return "a whole number"; },
                                 [](const std::string&) { return "a string"; }, [](const List&) { return "a list"; },
                                 [](const Table&) { return "a table"; }},
                      held);
}

Result<Value> valueFromToml(std::string_view text, std::string_view file) {
    if (text.size() > longestFile)
        return fail(Errc::ILLEGAL_ARGUMENT, "{} is longer than {} bytes; is it a campaign?", file, longestFile);
    const toml::table table = STINT_TRY(parseToml(text, file));
    return valueOf(table, file);
}

Result<Value> valueFromJson(std::string_view text, std::size_t longest) {
    if (text.size() > longest) return fail(Errc::ILLEGAL_ARGUMENT, "it is longer than {} bytes", longest);
    Reading reading;
    if (!nlohmann::json::sax_parse(text, &reading)) return fail(Errc::ILLEGAL_ARGUMENT, "{}", reading.why);
    return std::move(reading.root);
}

std::string jsonOf(const Value& value) {
    std::string text;
    write(text, value);
    return text;
}

Error at(std::string_view file, const Value& value, const Error& error) {
    if (value.line == 0) return within(file, error);
    return within(fmt::format("{}:{}:{}", file, value.line, value.column), error);
}

} // namespace stint::fleet
