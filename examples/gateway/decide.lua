-- Asks decide.mjs about a request: `http-request lua.decide http://127.0.0.1:8001`.
local TIMEOUT_MS = 5000
local PASSED_ON = { "www-authenticate", "content-type", "cache-control", "retry-after" }

local function refuse(txn, status, headers, body)
    local reply = txn:reply({ status = status, body = body })
    for _, name in ipairs(PASSED_ON) do
        for _, value in ipairs(headers[name] or {}) do reply:add_header(name, value) end
        -- HAProxy counts some lists of values from 0.
        if headers[name] and headers[name][0] then reply:add_header(name, headers[name][0]) end
    end
    txn:done(reply)
end

core.register_action("decide", { "http-req" }, function(txn, service)
    local authorization = {}
    for _, value in pairs(txn.http:req_get_headers()["authorization"] or {}) do table.insert(authorization, value) end
    -- `url` would hold the host too, for HTTP/2 and for requests in the form of a proxy. `OPTIONS *` has no path.
    local url = service .. "/haproxy/" .. txn.f:method() .. (txn.f:pathq() or "")
    local headers = { ["host"] = { "decide" }, ["authorization"] = #authorization > 0 and authorization or nil }
    local answer = core.httpclient():get({ url = url, headers = headers, timeout = TIMEOUT_MS })
    -- Without an answer of its own HAProxy makes up a 503.
    if answer == nil or answer.status == 0 or (answer.status >= 500 and not answer.headers["retry-after"]) then
        return refuse(txn, 503, { ["retry-after"] = { "5" } }, "")
    end
    if answer.status ~= 200 then return refuse(txn, answer.status, answer.headers, answer.body) end
    for name, values in pairs(answer.headers) do
        if name:sub(1, 14) == "x-countersign-" then txn.http:req_set_header(name, values[0] or values[1]) end
    end
    -- Said last: the configuration lets nothing pass where this is missing.
    txn:set_var("txn.allowed", true)
end, 1)
