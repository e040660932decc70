#include "faces/pushctl/server/findings.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <string>
#include <string_view>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/text/number.hpp"
#include "base/text/printable.hpp"
#include "base/text/words.hpp"
#include "faces/pushctl/server/post.hpp"
#include "push/serving/serving.hpp"

namespace stint::pushctl {

using wire::Finding;
using Grade = Finding::Grade;

namespace {

constexpr std::size_t longestMetrics = 64 << 10;

/// Streams of a cluster's servers, by how their replicas stand: the server's own figures.
using Standings = std::map<std::string, std::map<std::string, std::int64_t>>;

Standings standingsIn(std::string_view metrics) {
    constexpr std::string_view family = "stint_endpoint_replicas{server=\"", between = "\",is=\"", after = "\"} ";
    Standings all;
    for (std::string_view line : splitAt(metrics, "\n")) {
        if (!line.starts_with(family)) continue;
        line.remove_prefix(family.size());
        const auto first = line.find(between), last = line.find(after);
        if (first == std::string_view::npos || last == std::string_view::npos || last < first) continue;
        const auto count = numberIn<std::int64_t>(line.substr(last + after.size()));
        const auto standing = line.substr(first + between.size(), last - first - between.size());
        if (count) all[printable(line.substr(0, first))][std::string(standing)] = *count;
    }
    return all;
}

/// A standing that is not as it should be: the worst first.
struct StandingRow {
    std::string_view name;
    Grade grade;
    std::string_view told; ///< after the servers' routes
    std::string_view more;
};
constexpr std::array standingRows{
    StandingRow{"differs", Grade::Trouble, "other messages than its stream's leader",
                "end that server, move jetstream out of its directory, and start it again: the others fill it"},
    StandingRow{"behind", Grade::Advisory, "less than its stream's leader",
                "it catches up by itself; while it has not, no other server may fail"},
    StandingRow{"away", Grade::Advisory, "no answer of its broker", "start it, or see that the others reach it"}};

Finding aboutStore(const Result<Answer>& answer, std::string_view verb) {
    if (!answer.ok())
        return {"store", Grade::Advisory, "the server here does not answer", fmt::format("{} starts it", verb)};
    const auto lines = splitAt(answer->text, "\n");
    if (std::ranges::find(lines, "stint_endpoint_open 1") != lines.end())
        return {"store", Grade::Enforced, "the server here has its nats-server", ""};
    return {"store", Grade::Trouble, "the server here has no nats-server that answers",
            fmt::format("see what {} tells; it starts one that has ended, and not one that is stopped", verb)};
}

// push.md §5: what one broker's replicas have beside the leaders'. Counts are compared, by the server, and not bytes.
Finding aboutReplicas(const Result<Answer>& answer) {
    if (!answer.ok()) return {"replicas", Grade::Advisory, "not compared: the server here does not answer", ""};
    const Standings all = standingsIn(answer->text);
    if (all.empty())
        return {"replicas", Grade::Advisory, "not compared yet: there is one server, or it has just begun",
                "ask again in half a minute; another server joins by what stint push invite --server prints"};
    for (const StandingRow& row : standingRows) {
        std::vector<std::string> servers;
        for (const auto& [server, counts] : all)
            if (counts.contains(std::string(row.name))) servers.push_back(server);
        if (!servers.empty())
            return {"replicas", row.grade, fmt::format("{}: {}", fmt::join(servers, ", "), row.told),
                    std::string(row.more)};
    }
    std::int64_t moving = 0;
    for (const auto& [server, counts] : all)
        if (const auto its = counts.find("moving"); its != counts.end()) moving += its->second;
    return {"replicas", Grade::Enforced,
            fmt::format("{} servers have as much of each stream{}", all.size(),
                        moving == 0 ? "" : fmt::format("; {} that are just written to were not compared", moving)),
            ""};
}

} // namespace

std::vector<Finding> findingsOfServer(const std::filesystem::path& data, bool isMeant, std::string_view verb) {
    std::vector<Finding> findings;
    if (!push::isServers(data)) {
        if (isMeant)
            findings.push_back({"nats-server", Grade::Trouble, printable(data.string()) + " is no server's directory",
                                fmt::format("{} makes one", verb)});
        return findings;
    }
    const auto version = push::brokerVersion();
    const auto cluster = push::ClusterFile::read(data);
    const std::string old = version.ok() && cluster.ok() && *cluster ? push::tooOldForCluster(*version) : "";
    if (!old.empty())
        findings.push_back({"nats-server", Grade::Advisory, printable(old), "Debian 13 has a newer one"});
    else if (version.ok())
        findings.push_back({"nats-server", Grade::Enforced, printable(*version) + " is here for its server", ""});
    else
        findings.push_back({"nats-server", Grade::Trouble, version.error().message, "apt install nats-server"});
    const auto address = push::addressIn(data);
    const auto metrics =
        address.ok() ? get({.url = *address + "/metrics", .longestAnswer = longestMetrics}) : address.error();
    findings.push_back(aboutStore(metrics, verb));
    if (cluster.ok() && *cluster) findings.push_back(aboutReplicas(metrics));
    return findings;
}

} // namespace stint::pushctl
