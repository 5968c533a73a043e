-- send.lua - wrk's requests: messages of the first USERS of the file TOKENS to rooms FIRST
-- and on, ROOMS of them, each under a client_id of its own.

local here = debug.getinfo(1, "S").source:match("^@(.*)/") or "."
local users = tonumber(os.getenv("USERS"))
local first, rooms = tonumber(os.getenv("FIRST")), tonumber(os.getenv("ROOMS"))
local number = 0
local run = os.time()
local headers = {}

for token in io.lines(os.getenv("TOKENS")) do
	headers[#headers + 1] = {
		["Authorization"] = "Bearer " .. token,
		["Content-Type"] = "application/json",
	}
	if #headers == users then
		break
	end
end

function request()
	number = number + 1
	local body = string.format(
		'{"client_id":"w%d-%d","body":"Message %d, with some more words, as people write them"}',
		run, number, number)
	return wrk.format("POST",
		"/api/v1/rooms/" .. first + math.random(0, rooms - 1) .. "/messages",
		headers[number % users + 1], body)
end

report = dofile(here .. "/report.lua")

function done(summary, latency)
	report(summary, latency)
end
