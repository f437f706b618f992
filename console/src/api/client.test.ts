import { afterEach, describe, expect, it, vi } from "vitest";
import { ApiError, ask, call, onSessionEnd } from "./client";

interface Answer {
  status: number;
  body: string;
}

function answer({ status, body }: Answer) {
  const requests: { path: string; init: RequestInit }[] = [];
  vi.stubGlobal("fetch", async (path: string, init: RequestInit) => {
    requests.push({ path, init });
    return new Response(status === 204 ? null : body, { status });
  });
  return requests;
}

afterEach(() => vi.unstubAllGlobals());

describe("call", () => {
  it("posts the parameters as JSON to the action's address", async () => {
    const requests = answer({ status: 200, body: '{"Response":{"Rules":{},"UpdateTime":"","Modifier":"","RequestId":"r"}}' });
    const out = await call("cam", "GetPasswordRules", {});
    expect(out.UpdateTime).toBe("");
    expect(requests[0]?.path).toBe("/console/api/cam/2019-01-16/GetPasswordRules");
    expect(requests[0]?.init).toMatchObject({ method: "POST", body: "{}", credentials: "same-origin" });
    expect(requests[0]?.init.headers).toMatchObject({ "Content-Type": "application/json" });
  });

  it.each<[string, Answer, Partial<ApiError>]>([
    [
      "an error of the action has its code, sentence and request id",
      { status: 200, body: '{"Response":{"Error":{"Code":"InvalidParameter.ParamError","Message":"Wrong."},"RequestId":"r1"}}' },
      { code: "InvalidParameter.ParamError", message: "Wrong.", requestId: "r1", status: 200 },
    ],
    ["what is no JSON cannot be read", { status: 502, body: "<html>" }, { code: "Console.UnreadableAnswer", status: 502 }],
    ["what is no envelope cannot be read", { status: 200, body: "[]" }, { code: "Console.UnreadableAnswer" }],
    ["a 401 without envelope is the end of the session", { status: 401, body: "{}" }, { code: "Console.SignedOut", status: 401 }],
  ])("%s", async (_, given, want) => {
    answer(given);
    await expect(call("cam", "GetPasswordRules", {})).rejects.toMatchObject(want);
  });

  it("says that hufu cannot be reached", async () => {
    vi.stubGlobal("fetch", async () => {
      throw new TypeError("failed");
    });
    await expect(call("cam", "GetPasswordRules", {})).rejects.toMatchObject({ code: "Console.Unreachable", status: 0 });
  });

  it("tells listeners that the session ended", async () => {
    answer({ status: 401, body: '{"Response":{"Error":{"Code":"AuthFailure.SessionEnded","Message":"Ended."},"RequestId":"r"}}' });
    const ended = vi.fn();
    const stop = onSessionEnd(ended);
    await expect(call("cam", "GetPasswordRules", {})).rejects.toBeInstanceOf(ApiError);
    stop();
    await expect(call("cam", "GetPasswordRules", {})).rejects.toBeInstanceOf(ApiError);
    expect(ended).toHaveBeenCalledTimes(1);
  });
});

describe("ask", () => {
  it("takes an answer without content", async () => {
    answer({ status: 204, body: "" });
    await expect(ask("DELETE", "/console/session")).resolves.toEqual({});
  });
});
