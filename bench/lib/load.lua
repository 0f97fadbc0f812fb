-- wrk's script: `wrk … -s load.lua URL -- REPEATED [FRESH FROM]`. Every request carries a token of the file REPEATED (one a line), in turns;
-- with FRESH, every second one carries a token of that file, beginning with number FROM (from 0). Prints the result as JSON.
local repeated, fresh = {}, {}
local count, at = 0, 0

local function read(path)
  local requests = {}
  for token in io.lines(path) do
    requests[#requests + 1] = wrk.format('GET', wrk.path, { ['Host'] = 'app.bench.example', ['Authorization'] = 'Bearer ' .. token })
  end
  return requests
end

function init(args)
  repeated = read(args[1])
  if args[2] then
    fresh = read(args[2])
    at = tonumber(args[3])
  end
end

function request()
  count = count + 1
  if #fresh > 0 and count % 2 == 0 then
    at = at + 1
    return fresh[(at - 1) % #fresh + 1]
  end
  return repeated[count % #repeated + 1]
end

function done(summary, latency, requests)
  local e = summary.errors
  io.write(string.format(
    '\n{"requests":%d,"seconds":%f,"failed":%d,"p50":%f,"p99":%f}\n',
    summary.requests,
    summary.duration / 1e6,
    e.connect + e.read + e.write + e.status + e.timeout,
    latency:percentile(50) / 1000,
    latency:percentile(99) / 1000
  ))
end
