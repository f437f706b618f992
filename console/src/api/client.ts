// Calls of hufu's actions with the session of the browser. They enter the same pipeline as signed calls.
import * as bi from "./bi.gen";
import { isUnattended } from "./presence";
import * as cam from "./cam.gen";
import * as hufu from "./hufu.gen";
import * as sts from "./sts.gen";
import { currentLanguage } from "@/i18n/language";

interface Services {
  bi: bi.Actions;
  cam: cam.Actions;
  hufu: hufu.Actions;
  sts: sts.Actions;
}

const versions: Record<Service, string> = {
  bi: bi.version,
  cam: cam.version,
  hufu: hufu.version,
  sts: sts.version,
};

export type Service = keyof Services;
export type Action<S extends Service> = keyof Services[S] & string;
export type In<S extends Service, A extends Action<S>> = Services[S][A] extends { in: infer I } ? I : never;
export type Out<S extends Service, A extends Action<S>> = Services[S][A] extends { out: infer O } ? O : never;

/** What an answer says went wrong: a documented code, one sentence in the language of the console, and the request id. */
export class ApiError extends Error {
  readonly code: string;
  readonly requestId: string;
  readonly status: number;

  constructor(code: string, message: string, requestId: string, status: number) {
    super(message);
    this.name = "ApiError";
    this.code = code;
    this.requestId = requestId;
    this.status = status;
  }
}

/** Codes of errors that never reached an action. */
export const unreachable = "Console.Unreachable";
export const unreadable = "Console.UnreadableAnswer";
export const signedOut = "Console.SignedOut";

type Listener = () => void;
const endListeners = new Set<Listener>();

/** Calls listener whenever an answer says that there is no session any more. Returns what stops that. */
export function onSessionEnd(listener: Listener): () => void {
  endListeners.add(listener);
  return () => endListeners.delete(listener);
}

/** Calls an action. Throws ApiError: with the code of the answer, or one of those above. */
export async function call<S extends Service, A extends Action<S>>(
  service: S,
  action: A,
  params: In<S, A>,
  signal?: AbortSignal,
): Promise<Out<S, A>> {
  const path = `/console/api/${service}/${versions[service]}/${action}`;
  const { status, body } = await send("POST", path, params, signal);
  if (status === 401) {
    for (const listener of endListeners) listener();
    throw failure(body, status) ?? new ApiError(signedOut, "", "", status);
  }
  const error = failure(body, status);
  if (error) throw error;
  const response = member(body, "Response");
  if (typeof response !== "object" || response === null) throw new ApiError(unreadable, "", "", status);
  return response as Out<S, A>;
}

const tooFast: readonly string[] = ["RequestLimitExceeded", "RequestLimitExceeded.UinLimitExceeded"];

/**
 * Does what `send` does, and again after a second where calls came faster than the account may make them: for work that takes many
 * calls. A limit that has a cause of its own, such as that of unverified accounts, is an error as any other.
 */
export async function patiently<T>(send: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await send();
    } catch (error) {
      if (tries === 5 || !(error instanceof ApiError) || !tooFast.includes(error.code)) throw error;
      await new Promise((resolve) => setTimeout(resolve, 1000));
    }
  }
}

/** Asks one of the console's own addresses, those that have to do with signing in. Throws ApiError. */
export async function ask(method: "GET" | "POST" | "DELETE", path: string, params?: unknown): Promise<unknown> {
  const { status, body } = await send(method, path, params);
  const error = failure(body, status);
  if (error) throw error;
  if (status >= 400) throw new ApiError(unreadable, "", "", status);
  return body;
}

async function send(
  method: string,
  path: string,
  params: unknown,
  signal?: AbortSignal,
): Promise<{ status: number; body: unknown }> {
  const headers: Record<string, string> = { Accept: "application/json", "X-Hufu-Language": currentLanguage() };
  if (isUnattended()) headers["X-Hufu-Unattended"] = "1";
  const request: RequestInit = { method, headers, credentials: "same-origin", redirect: "error", cache: "no-store" };
  if (method === "POST") {
    headers["Content-Type"] = "application/json";
    request.body = JSON.stringify(params ?? {});
  }
  if (signal) request.signal = signal;
  let response: Response;
  try {
    response = await fetch(path, request);
  } catch (cause) {
    if (signal?.aborted) throw cause;
    throw new ApiError(unreachable, "", "", 0);
  }
  if (response.status === 204) return { status: 204, body: {} };
  try {
    return { status: response.status, body: await response.json() };
  } catch {
    throw new ApiError(unreadable, "", "", response.status);
  }
}

/** The error of an envelope, if it holds one. */
function failure(body: unknown, status: number): ApiError | undefined {
  const response = member(body, "Response");
  const error = member(response, "Error");
  if (error === undefined) return undefined;
  return new ApiError(text(member(error, "Code")), text(member(error, "Message")), text(member(response, "RequestId")), status);
}

function member(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}
