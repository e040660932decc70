// The limits of apps: the ledgers of both quotas, kept by what runs and what is free (limits.md §3.4, §4); people's
// choices, grants and the policy; and how each app stands with them (§9).
#pragma once
#include "contract/model/app.hpp"

namespace stint {

struct Running;
struct Turn;

/// Opens and closes the sessions of every app by what runs now and what is free now.
void accountQuotas(Turn& turn);
/// The same for one app.
void accountQuotas(Turn& turn, App& app);
/// Counts a run that has begun for the rates; it may open a session.
void noteJobStart(Turn& turn, const Running& running);

} // namespace stint
