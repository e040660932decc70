// org.stint.testapp: an app that does as it is told, so that tests can see what Stint makes of it.
//
//   stint-testapp host [--log FILE] [SERVICE…]
//   stint-testapp schedule ID [--user-initiated] [--network any] [--charging] … [--extra KEY=VALUE]… [--new-id]
//   stint-testapp cancel ID|all|everywhere      [--namespace NAME]
//   stint-testapp pending [ID]                  [--namespace NAME]
//   stint-testapp describe
//
// What the extras of a job make its run do is in scripted_service.hpp.
#include "commands.hpp"

int main(int count, char** words) {
    const testapp::Arguments arguments = testapp::parse(count, words);
    if (arguments.verb == "host") return testapp::host(arguments);
    if (arguments.verb == "schedule") return testapp::schedule(arguments);
    if (arguments.verb == "cancel") return testapp::cancel(arguments);
    if (arguments.verb == "pending") return testapp::pending(arguments);
    if (arguments.verb == "describe") return testapp::describe(arguments);
    testapp::misuse("say host, schedule, cancel, pending or describe");
}
