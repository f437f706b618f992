import { useQuery, useQueryClient, type UseQueryResult } from "@tanstack/react-query";
import { ApiError, ask } from "./client";

/** Who is signed in. Uins are text here: they are shown and compared, never counted with. */
export interface Session {
  Account: { Uin: string; AppId: string; Name: string; Alias: string; Verified: boolean };
  Principal: { Type: "root" | "user"; Uin: string; Name: string; WeCom: boolean };
  Mfa: boolean;
  /** Unix seconds. */
  CreatedTime: number;
  /** Unix seconds. */
  ExpireTime: number;
  IdleSeconds: number;
}

export const sessionKey = ["session"] as const;

/** The session of the browser; data is null when nobody is signed in. */
export function useSession(): UseQueryResult<Session | null, ApiError> {
  return useQuery<Session | null, ApiError>({
    queryKey: sessionKey,
    queryFn: async () => {
      try {
        return (await ask("GET", "/console/session")) as Session;
      } catch (error) {
        if (error instanceof ApiError && error.status === 401) return null;
        throw error;
      }
    },
    staleTime: 60_000,
  });
}

/** Signs out, and forgets everything that was shown. The session is gone for this browser even if hufu cannot be asked. */
export function useSignOut(): () => Promise<void> {
  const client = useQueryClient();
  return async () => {
    try {
      await ask("DELETE", "/console/session");
    } finally {
      client.clear();
      client.setQueryData(sessionKey, null);
    }
  };
}

/** What follows after a step of signing in. */
export type Step = "done" | "password" | "totp" | "bind";

export interface StepAnswer {
  Step: Step;
  /** With the step "password": the rules that the new one has to keep. */
  PasswordRules?: { MinimumLength?: number; MustContain?: string };
  /** Shown this once, after a device was bound. */
  RecoveryCodes?: string[];
}

export const signIn = {
  begin: (params: { Type: "root" | "user"; Account: string; Name?: string; Password: string }) => step("/console/session", params),
  password: (Password: string) => step("/console/session/password", { Password }),
  code: (Code: string) => step("/console/session/totp", { Code }),
  recoveryCode: (RecoveryCode: string) => step("/console/session/totp", { RecoveryCode }),
  device: async () => (await ask("GET", "/console/session/bind")) as { Secret: string; Uri: string },
  bind: (Code: string) => step("/console/session/bind", { Code }),
};

async function step(path: string, params: unknown): Promise<StepAnswer> {
  return (await ask("POST", path, params)) as StepAnswer;
}
