-- For wrk: each request redeems the next token of a file, with one token in a
-- line, and its audience after a space. The threads take turns, so that no
-- token is sent twice.
--   wrk … -s redeem.lua URL -- FILE THREADS [BEARER]
local ffi = require("ffi")
ffi.cdef([[
  typedef struct { long seconds, micros; } lac_time;
  int gettimeofday(lac_time *now, void *zone);
]])

local function now()
  local time = ffi.new("lac_time")
  ffi.C.gettimeofday(time, nil)
  return tonumber(time.seconds) + tonumber(time.micros) / 1e6
end

local threads = 0
local all = {}

function setup(thread)
  thread:set("id", threads)
  threads = threads + 1
  table.insert(all, thread)
end

function init(args)
  local step = tonumber(args[2])
  local bearer = args[3]
  tokens, turn, ok, failed = {}, 0, 0, 0
  local line = 0
  for token in io.lines(args[1]) do
    if line % step == id then
      local secret, audience = token:match("^(%S+) ?(%S*)$")
      tokens[#tokens + 1] = '{"token":"' .. secret .. '","audience":"' .. audience .. '"}'
    end
    line = line + 1
  end
  headers = { ["Content-Type"] = "application/json" }
  if bearer then
    headers["Authorization"] = "Bearer " .. bearer
  end
end

function request()
  turn = turn + 1
  local token = tokens[turn]
  if not token then
    wrk.thread:stop()
    token = '{}'
  end
  return wrk.format("POST", nil, headers, token)
end

function response(status)
  first, last = first or now(), now()
  if status == 200 then
    ok = ok + 1
  else
    failed = failed + 1
  end
end

-- One line for benches/gateway.sh: successes, others, seconds, p50 and p99 in ms.
-- The seconds are those from the first answer to the last: the tokens may be used
-- up before the time is over.
function done(summary, latency)
  local succeeded, other, from, to = 0, 0, math.huge, 0
  for _, thread in ipairs(all) do
    succeeded = succeeded + (thread:get("ok") or 0)
    other = other + (thread:get("failed") or 0)
    from = math.min(from, thread:get("first") or math.huge)
    to = math.max(to, thread:get("last") or 0)
  end
  io.write(string.format("result %d %d %.3f %.2f %.2f\n", succeeded, other, to - from,
    latency:percentile(50) / 1000, latency:percentile(99) / 1000))
end
