// The list of all verbs. A verb's row and the function that runs it stand together, in a file of its subject; a new
// verb is declared and listed here.
#pragma once
#include <array>

#include "faces/cli/line/verbs.hpp"

namespace stint::cli {

// The row of each verb, which stands beside its code.
Verb getVerb();
Verb putVerb();
Verb runVerb();
Verb guardVerb();
Verb startVerb();
Verb cancelVerb();
Verb pauseVerb();
Verb resumeVerb();
Verb retryVerb();
Verb editVerb();
Verb cleanVerb();
Verb runNowVerb();
Verb jobsVerb();
Verb logVerb();
Verb whyVerb();
Verb watchVerb();
Verb waitVerb();
Verb logsVerb();
Verb topVerb();
Verb uiVerb();
Verb tasksVerb();
Verb tasksStopVerb();
Verb workVerb();
Verb appsVerb();
Verb appVerb();
Verb quotaVerb();
Verb alarmsVerb();
Verb pushVerb();
Verb deviceVerb();
Verb deviceSetVerb();
Verb deviceResetVerb();
Verb netVerb();
Verb netMarkVerb();
Verb policyVerb();
Verb doctorVerb();
Verb recordVerb();
Verb recordStartVerb();
Verb recordSaveVerb();
Verb recordStopVerb();
Verb simVerb();
Verb demoVerb();
Verb cmdVerb();
Verb amVerb();
Verb dumpsysVerb();
Verb completionsVerb();
Verb helpVerb();
Verb helpConstraintsVerb();
Verb helpExitCodesVerb();

/// Runs `stint` without a verb; returns the exit code.
int now(const Screen& screen);

/// All verbs, in the order of `stint help`: `tasks` before `tasks stop`.
inline constexpr std::array everyVerb{getVerb,
                                      putVerb,
                                      runVerb,
                                      guardVerb,
                                      startVerb,
                                      cancelVerb,
                                      cleanVerb,
                                      pauseVerb,
                                      resumeVerb,
                                      retryVerb,
                                      editVerb,
                                      runNowVerb,
                                      jobsVerb,
                                      logVerb,
                                      whyVerb,
                                      watchVerb,
                                      waitVerb,
                                      logsVerb,
                                      topVerb,
                                      uiVerb,
                                      tasksVerb,
                                      tasksStopVerb,
                                      workVerb,
                                      appsVerb,
                                      appVerb,
                                      quotaVerb,
                                      alarmsVerb,
                                      pushVerb,
                                      deviceVerb,
                                      deviceSetVerb,
                                      deviceResetVerb,
                                      netVerb,
                                      netMarkVerb,
                                      policyVerb,
                                      doctorVerb,
                                      recordVerb,
                                      recordStartVerb,
                                      recordSaveVerb,
                                      recordStopVerb,
                                      simVerb,
                                      demoVerb,
                                      cmdVerb,
                                      amVerb,
                                      dumpsysVerb,
                                      completionsVerb,
                                      helpVerb,
                                      helpConstraintsVerb,
                                      helpExitCodesVerb};

} // namespace stint::cli
