-- get.lua - wrk's requests: GETs of PATHS in turn, with the Bearer TOKEN.

local here = debug.getinfo(1, "S").source:match("^@(.*)/") or "."
local paths, next_path = {}, 0

for path in os.getenv("PATHS"):gmatch("%S+") do
	paths[#paths + 1] = path
end
local headers = { ["Authorization"] = "Bearer " .. os.getenv("TOKEN") }
local requests = {}

function init()
	for i, path in ipairs(paths) do
		requests[i] = wrk.format("GET", path, headers)
	end
end

function request()
	next_path = next_path % #paths + 1
	return requests[next_path]
end

report = dofile(here .. "/report.lua")

function done(summary, latency)
	report(summary, latency)
end
