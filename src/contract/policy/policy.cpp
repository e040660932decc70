#include "contract/policy/policy.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <fcntl.h>
#include <filesystem>
#include <optional>
#include <set>
#include <system_error>
#include <vector>

#include "base/result/errors.hpp"
#include "base/text/toml.hpp"
#include "base/unix/folder.hpp"
#include "contract/model/constants.hpp"

namespace stint {

namespace {

constexpr std::string_view budgetsKey = "network_budget";
constexpr Bytes largestFile = 1'048'576; ///< room for every constant many times over

struct Position {
    std::string_view file;
    toml::source_position at;
};

Error at(Position position, const Error& error) {
    return Error{error.code,
                 fmt::format("{}:{}:{}: {}", position.file, position.at.line, position.at.column, error.message)};
}

template <class... Args> Error wrong(fmt::format_string<Args...> format, Args&&... args) {
    return fail(Errc::ILLEGAL_ARGUMENT, format, std::forward<Args>(args)...);
}

constexpr std::string_view networksTable = "networks";

/// One value of the file under its whole key: [job] slots is job.slots. Below [networks] the key is a network's name.
struct Setting {
    std::string key;
    const toml::node* value;
    bool isNetwork = false;
};

void gather(const toml::table& table, const std::string& prefix, std::vector<Setting>& settings) {
    for (auto&& [name, value] : table) {
        if (prefix.empty() && name.str() == networksTable && value.is_table()) {
            for (auto&& [network, word] : *value.as_table())
                settings.push_back({std::string{network.str()}, &word, true});
            continue;
        }
        std::string key = prefix.empty() ? std::string{name.str()} : fmt::format("{}.{}", prefix, name.str());
        if (const toml::table* inner = value.as_table())
            gather(*inner, key, settings);
        else
            settings.push_back({std::move(key), &value});
    }
}

// The settings in the order of the file, so that its first mistake is the one reported.
std::vector<Setting> settingsOf(const toml::table& table) {
    std::vector<Setting> settings;
    gather(table, {}, settings);
    std::stable_sort(settings.begin(), settings.end(), [](const Setting& a, const Setting& b) {
        return a.value->source().begin < b.value->source().begin;
    });
    return settings;
}

std::string_view shapeOf(ConstantKind kind) {
    switch (kind) {
    case ConstantKind::Time:
        return "a duration in quotes, such as \"30s\"";
    case ConstantKind::TimeOrNone:
        return "a duration in quotes, such as \"30s\", or \"none\"";
    case ConstantKind::Choice:
        return "a word in quotes";
    case ConstantKind::Number:
        return "a whole number without quotes, such as 3";
    case ConstantKind::NumberOrNone:
        return "a whole number without quotes, such as 3, or \"none\"";
    case ConstantKind::Size:
        return "a size in quotes, such as \"500MiB\"";
    case ConstantKind::SizeOrNone:
        return "a size in quotes, such as \"500MiB\", or \"none\"";
    case ConstantKind::HoursOrNone:
        return "hours of the day in quotes, such as \"22:00-07:00\", or \"none\"";
    case ConstantKind::Factor:
        return "a number without quotes, such as 1.35";
    case ConstantKind::Flag:
        return "true or false, without quotes";
    }
    return {};
}

std::string_view shapeOf(const toml::node& value) {
    switch (value.type()) {
    case toml::node_type::string:
        return "a string";
    case toml::node_type::integer:
        return "a whole number";
    case toml::node_type::floating_point:
        return "a number with a fraction";
    case toml::node_type::boolean:
        return "a yes or no";
    case toml::node_type::array:
        return "a list";
    case toml::node_type::table:
        return "a table";
    default:
        return "a date or a time";
    }
}

// The text of `value` if its TOML type is the one in which `kind` is written, else nullopt.
std::optional<std::string> textOf(const toml::node& value, ConstantKind kind) {
    switch (kind) {
    case ConstantKind::Time:
    case ConstantKind::TimeOrNone:
    case ConstantKind::Choice:
    case ConstantKind::Size:
    case ConstantKind::SizeOrNone:
    case ConstantKind::HoursOrNone:
        return value.value_exact<std::string>();
    case ConstantKind::Flag:
        if (auto flag = value.value_exact<bool>()) return *flag ? "true" : "false";
        return std::nullopt;
    case ConstantKind::Factor:
        // The shortest text that reads as the same number: 1.35 stays 1.35.
        if (auto factor = value.value_exact<double>()) return fmt::format("{}", *factor);
        if (auto number = value.value_exact<std::int64_t>()) return fmt::format("{}", *number);
        return std::nullopt;
    case ConstantKind::NumberOrNone:
        if (auto word = value.value_exact<std::string>()) return word;
        [[fallthrough]];
    case ConstantKind::Number:
        if (auto number = value.value_exact<std::int64_t>()) return fmt::format("{}", *number);
        return std::nullopt;
    }
    return std::nullopt;
}

Result<void> apply(Constants& constants, const ConstantRow& row, const toml::node& value) {
    auto text = textOf(value, row.kind);
    if (!text) return wrong("{} is {}; write {}", row.key, shapeOf(value), shapeOf(row.kind));
    return setConstant(constants, row.key, *text);
}

// By "auto" a later file removes the mark of an earlier one.
Result<void> applyNetwork(NetworkRules& rules, const Setting& setting, std::string origin) {
    STINT_TRY(checkNetworkName(setting.key));
    if (setting.value->is_table()) // Cafe.net = "metered" is net, within Cafe
        return wrong("networks.{} is a table; a name with a dot stands in quotes: \"Cafe.net\" = \"metered\"",
                     setting.key);
    const auto word = setting.value->value_exact<std::string>();
    if (!word)
        return wrong("networks.{} is {}; write \"metered\", \"unmetered\" or \"auto\"", setting.key,
                     shapeOf(*setting.value));
    if (const auto metered = STINT_TRY(meteredNamed(*word)))
        rules.insert_or_assign(setting.key, NetworkRule{*metered, std::move(origin)});
    else
        rules.erase(setting.key);
    return {};
}

// Reads the text under a key of a budget; the error names the type of a value that is no string.
Result<void> readWord(const toml::node& value, std::string_view key, std::string& into) {
    const auto text = value.value_exact<std::string>();
    if (!text) return wrong("{} is {}; write a string, in quotes", key, shapeOf(value));
    into = *text;
    return {};
}

Result<NetworkBudget> budgetFrom(const toml::table& table, std::string_view file) {
    BudgetWords words;
    const std::array<std::pair<std::string_view, std::string*>, 4> keys{
        {{"app", &words.app}, {"class", &words.cost}, {"bytes", &words.bytes}, {"period", &words.period}}};
    for (auto&& [name, value] : table) {
        const Position position{file, value.source().begin};
        const auto* const key = std::ranges::find(keys, name.str(), &decltype(keys)::value_type::first);
        if (key == keys.end())
            return at(position, wrong("a network_budget has no {}; it has app, class, bytes and period", name.str()));
        if (auto done = readWord(value, key->first, *key->second); !done) return at(position, done.error());
    }
    auto budget = networkBudget(words);
    if (!budget) return at({file, table.source().begin}, budget.error());
    return budget;
}

// A file's budgets replace those of the same app, class and period in the files before it.
Result<void> applyBudgets(Policy& policy, const toml::node& node, std::string_view file) {
    const toml::array* const list = node.is_array_of_tables() ? node.as_array() : nullptr;
    if (!list)
        return at({file, node.source().begin}, wrong("{0} is a list of tables; begin each with [[{0}]]", budgetsKey));
    std::vector<NetworkBudget> read;
    for (const toml::node& each : *list) {
        auto budget = STINT_TRY(budgetFrom(*each.as_table(), file));
        const toml::source_position position = each.source().begin;
        policy.origins.insert_or_assign(keyOf(budget), fmt::format("{}:{}", file, position.line));
        if (auto done = addBudget(read, std::move(budget)); !done) return at({file, position}, done.error());
    }
    std::vector<NetworkBudget>& budgets = policy.constants.networkBudgets;
    for (NetworkBudget& budget : read) {
        std::erase_if(budgets, [&](const NetworkBudget& before) { return keyOf(before) == keyOf(budget); });
        budgets.push_back(std::move(budget));
    }
    return {};
}

Error unreadable(const std::string& path) {
    return fail(Errc::SYSTEM, "cannot read policy {}: {}", path,
                errno == 0 ? "it is not a regular file" : std::generic_category().message(errno));
}

} // namespace

Result<Policy> applyPolicy(Policy base, std::string_view toml, std::string_view file) {
    auto table = STINT_TRY(parseToml(toml, file));
    if (const toml::node* const budgets = table.get(budgetsKey)) {
        STINT_TRY(applyBudgets(base, *budgets, file));
        table.erase(budgetsKey);
    }
    std::set<std::string_view> seen;
    auto settings = settingsOf(table);
    for (const Setting& setting : settings) {
        toml::source_position position = setting.value->source().begin;
        std::string origin = fmt::format("{}:{}", file, position.line);
        if (setting.isNetwork) {
            if (auto done = applyNetwork(base.networks, setting, std::move(origin)); !done)
                return at({file, position}, done.error());
            continue;
        }
        if (setting.key == networksTable)
            return at({file, position},
                      wrong("networks is {}; write a table: [networks], and below it lines such as \"Pixel hotspot\" = "
                            "\"metered\"",
                            shapeOf(*setting.value)));
        const auto row = constantRow(setting.key);
        // limits.md §11: a policy that was right once must not keep the daemon from starting.
        if (!row && withoutEffect(setting.key)) {
            base.passedOver.push_back(at({file, position}, row.error()).message);
            continue;
        }
        if (!row) return at({file, position}, row.error());
        const std::string_view key = (*row)->key;
        // "job.slots" in quotes and job.slots without are two keys to TOML.
        if (!seen.insert(key).second) return at({file, position}, wrong("{} is set twice; leave one of them out", key));
        if (auto done = apply(base.constants, **row, *setting.value); !done) return at({file, position}, done.error());
        base.origins.insert_or_assign(std::string(key), std::move(origin));
    }
    if (auto error = contradiction(base.constants)) return within(file, *std::move(error));
    return base;
}

std::filesystem::path fleetPolicy(const std::filesystem::path& config) { return config / "policy.d"; }

std::vector<PolicyFile> usualPolicy(const std::filesystem::path& config) {
    return {{.path = "/etc/stint/policy.toml", .optional = true},
            {.path = fleetPolicy(config), .optional = true, .isDirectory = true},
            {.path = config / "policy.toml", .optional = true}};
}

std::vector<PolicyFile> filesOf(std::span<const PolicyFile> files, const std::optional<PolicyFile>& added) {
    std::vector<PolicyFile> all;
    for (const PolicyFile& file : files) {
        if (!file.isDirectory) {
            all.push_back(file);
            continue;
        }
        std::map<std::string, PolicyFile> inside;
        std::error_code unreadable; // one that cannot be listed is as one that is not there
        for (std::filesystem::directory_iterator entry(file.path, unreadable), end; !unreadable && entry != end;
             entry.increment(unreadable)) {
            const std::string name = entry->path().filename();
            if (name.ends_with(".toml") && !name.starts_with('.'))
                inside.emplace(name, PolicyFile{.path = entry->path(), .optional = true});
        }
        if (added && std::filesystem::path(added->path).parent_path() == file.path)
            inside.insert_or_assign(std::filesystem::path(added->path).filename(), *added);
        for (auto& [name, each] : inside)
            all.push_back(std::move(each));
    }
    return all;
}

namespace {

Result<Policy> readAll(std::span<const PolicyFile> files) {
    Policy policy;
    for (const PolicyFile& file : files) {
        if (file.text) {
            policy = STINT_TRY(applyPolicy(std::move(policy), *file.text, file.path));
            continue;
        }
        const Fd opened = openRegular(AT_FDCWD, file.path);
        if (!opened && file.optional && (errno == ENOENT || errno == ENOTDIR)) continue;
        if (!opened) return unreadable(file.path);
        const auto text = readAtMost(opened.get(), largestFile);
        if (!text && errno == EFBIG)
            return wrong("policy {} is larger than {} bytes; is it a policy?", file.path, largestFile);
        if (!text) return unreadable(file.path);
        policy = STINT_TRY(applyPolicy(std::move(policy), *text, file.path));
    }
    return policy;
}

} // namespace

Result<Policy> readPolicyFiles(std::span<const PolicyFile> files) {
    auto all = readAll(filesOf(files));
    if (all.ok() || std::ranges::none_of(files, &PolicyFile::isDirectory)) return all;
    std::vector<PolicyFile> own(files.begin(), files.end());
    std::erase_if(own, [](const PolicyFile& file) { return file.isDirectory; });
    Policy policy = STINT_TRY(readAll(own));
    policy.passedOver.push_back(all.error().message + "; so no file of the fleet's counts");
    return policy;
}

} // namespace stint
