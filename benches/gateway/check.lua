-- For wrk: asks again and again whether a session is valid.
--   wrk … -s check.lua URL -- BEARER
function init(args)
  wrk.method = "POST"
  wrk.headers["Authorization"] = "Bearer " .. args[1]
  wrk.headers["Content-Type"] = "application/json"
  wrk.body = "{}"
end

function done(summary, latency)
  local bad = summary.errors.status + summary.errors.read + summary.errors.timeout
  io.write(string.format("result %d %d %.3f %.2f %.2f\n", summary.requests - summary.errors.status, bad,
    summary.duration / 1e6, latency:percentile(50) / 1000, latency:percentile(99) / 1000))
end
