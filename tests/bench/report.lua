-- report.lua - what wrk measured, as one line of JSON.

return function(summary, latency)
	local errors = summary.errors
	io.write(string.format(
		'\n{"requests":%d,"seconds":%.3f,"errors":%d,"p50_us":%d,"p95_us":%d,"p99_us":%d}\n',
		summary.requests, summary.duration / 1e6,
		errors.connect + errors.read + errors.write + errors.status + errors.timeout,
		latency:percentile(50), latency:percentile(95), latency:percentile(99)))
end
