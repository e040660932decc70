-- wrk's senders of ./bench push: each begins at another of the registrations, whose tokens are the lines of the file
-- $TOKENS, and posts to one after another.
local tokens, senders = {}, 0
for token in io.lines(os.getenv("TOKENS")) do tokens[#tokens + 1] = token end

function setup(thread)
    thread:set("which", senders)
    senders = senders + 1
end

local requests, at = {}, 0

function init()
    for n, token in ipairs(tokens) do
        requests[n] = wrk.format("POST", "/push/v1/" .. token, { TTL = "3600" }, string.rep("x", 300))
    end
    at = which * 97
end

function request()
    at = at % #requests + 1
    return requests[at]
end

function done(summary, latency)
    local errors = summary.errors
    local wrong = errors.connect + errors.read + errors.write + errors.status + errors.timeout
    io.write(string.format('{"answers": %d, "wrong": %d, "seconds": %f, "p50": %f, "p99": %f}\n', summary.requests, wrong,
        summary.duration / 1e6, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3))
end
