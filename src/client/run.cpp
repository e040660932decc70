#include "client/run.hpp"

namespace stint {

JobParameters JobParametersAccess::make(client::RunKey key, wire::RunParameters from) {
    JobParameters params;
    params.run_ = key.run;
    params.connection_ = key.connection;
    params.id_ = from.id;
    if (!from.space.empty()) params.namespace_ = std::move(from.space);
    params.extras_ = std::move(from.extras);
    params.transientExtras_ = std::move(from.transientExtras);
    params.clip_ = std::move(from.clip);
    params.clipGrantFlags_ = from.clipGrantFlags;
    params.userInitiated_ = from.userInitiated;
    params.expedited_ = from.expedited;
    params.overdue_ = from.overdue;
    params.timeLimit_ = from.timeLimit;
    if (!from.triggeredUris.empty()) params.triggeredUris_ = std::move(from.triggeredUris);
    params.triggeredAuthorities_ = std::move(from.triggeredAuthorities);
    params.network_ = std::move(from.network);
    return params;
}

} // namespace stint
