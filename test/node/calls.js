// What the stories share: the forms in which the SDK signs, and what they hold calls to.
import assert from "node:assert/strict";

export const forms = [
  { name: "TC3 POST", signMethod: "TC3-HMAC-SHA256", reqMethod: "POST" },
  { name: "TC3 GET", signMethod: "TC3-HMAC-SHA256", reqMethod: "GET" },
  { name: "HmacSHA1 GET", signMethod: "HmacSHA1", reqMethod: "GET" },
  { name: "HmacSHA1 POST", signMethod: "HmacSHA1", reqMethod: "POST" },
  { name: "HmacSHA256 GET", signMethod: "HmacSHA256", reqMethod: "GET" },
  { name: "HmacSHA256 POST", signMethod: "HmacSHA256", reqMethod: "POST" },
];

// The configuration of a client of this server.
export const configuration = (server, { signMethod, reqMethod }, credential) => ({
  credential,
  region: "ap-guangzhou",
  profile: { signMethod, language: "en-US", httpProfile: { protocol: "http://", reqMethod, endpoint: server.api } },
});

export const document = (action, resource = "*") =>
  JSON.stringify({ version: "2.0", statement: [{ effect: "allow", action, resource }] });

export const fails = (call, code, message = /./) =>
  assert.rejects(call, (error) => {
    assert.equal(error.code, code, error.message);
    assert.match(error.message, message);
    assert.match(error.requestId, /^[0-9a-f-]{36}$/);
    return true;
  });

export const denied = "AuthFailure.UnauthorizedOperation";
