// The function of each verb: from its arguments to the exit code. Each is in a file of its name.
#pragma once
#include "cli/line/arguments.hpp"
#include "cli/screen/terminal.hpp"

namespace stint::cli {

int start(const Arguments&, const Screen&);
int get(const Arguments&, const Screen&);
int put(const Arguments&, const Screen&);
int run(const Arguments&, const Screen&);
int cancel(const Arguments&, const Screen&);
int runNow(const Arguments&, const Screen&);

int jobs(const Arguments&, const Screen&);
int why(const Arguments&, const Screen&);
int watch(const Arguments&, const Screen&);
int wait(const Arguments&, const Screen&);
int logs(const Arguments&, const Screen&);
int tasks(const Arguments&, const Screen&);
int tasksStop(const Arguments&, const Screen&);
int apps(const Arguments&, const Screen&);
int app(const Arguments&, const Screen&);
int device(const Arguments&, const Screen&);
int quota(const Arguments&, const Screen&);
int alarms(const Arguments&, const Screen&);
int push(const Arguments&, const Screen&);
int policy(const Arguments&, const Screen&);
int doctor(const Arguments&, const Screen&);
int deviceSet(const Arguments&, const Screen&);
int deviceReset(const Arguments&, const Screen&);

int sim(const Arguments&, const Screen&);
int am(const Arguments&, const Screen&);
int cmd(const Arguments&, const Screen&);
int dumpsys(const Arguments&, const Screen&);

int completions(const Arguments&, const Screen&);
int help(const Arguments&, const Screen&);
int helpConstraints(const Arguments&, const Screen&);

} // namespace stint::cli
