#include "contract/rules/content_trigger.hpp"

#include <algorithm>
#include <iterator>

#include "base/time/time.hpp"
#include "contract/model/job.hpp"

namespace stint {

bool watches(const JobInfo& info, const std::string& path) {
    return std::ranges::any_of(info.getTriggerContentUris(), [&](const JobInfo::TriggerContentUri& watched) {
        if (path == watched.uri) return true;
        const bool beneath = watched.flags & JobInfo::TriggerContentUri::FLAG_NOTIFY_FOR_DESCENDANTS;
        const std::string folder = watched.uri.ends_with('/') ? watched.uri : watched.uri + '/';
        return beneath && path.starts_with(folder);
    });
}

bool noteChange(ContentChanges& changes, const std::string& path, const JobInfo& info, Instant now,
                const Constants& constants) {
    const bool isFirst = changes.uris.empty();
    if (isFirst) changes.first = now;
    const bool isNew = changes.uris.size() < mostTriggeredUris && changes.uris.insert(path).second;
    if (!isFirst && changes.ready <= now) return isNew;
    // jobs.md §3.2: the update delay after the last change, at most the max delay after the first.
    const Duration update = bounded(info.getTriggerContentUpdateDelay().value_or(constants.contentTriggerUpdateDelay));
    const Duration most = bounded(info.getTriggerContentMaxDelay().value_or(constants.contentTriggerMaxDelay));
    changes.ready =
        std::ssize(changes.uris) >= constants.contentTriggerUrgent ? now : std::min(now + update, changes.first + most);
    return isNew;
}

ContentChanges together(ContentChanges told, const ContentChanges& collected) {
    if (told.uris.empty()) return collected;
    if (collected.uris.empty()) return told;
    told.first = std::min(told.first, collected.first);
    told.ready = std::min(told.ready, collected.ready);
    for (const std::string& uri : collected.uris)
        if (told.uris.size() < mostTriggeredUris) told.uris.insert(uri);
    return told;
}

ContentChanges watchedBy(const JobInfo& info, ContentChanges changes) {
    std::erase_if(changes.uris, [&](const std::string& uri) { return !watches(info, uri); });
    return changes;
}

ContentChanges forRetry(ContentChanges changes, Instant now) {
    changes.ready = std::min(changes.ready, now);
    return changes;
}

} // namespace stint
