import { useAction, useSession } from "@/api";
import type { AccountAccessKey } from "@/api/hufu.gen";

interface OwnKeys {
  keys: readonly AccountAccessKey[] | undefined;
  error: unknown;
  retry: () => void;
}

/** The caller's own keys, in the form of the list of all. When they were used shows as far as the caller may ask. */
export function useOwnKeys(): OwnKeys {
  const { data: session } = useSession();
  const list = useAction("cam", "ListAccessKeys", {});
  const ids = list.data?.AccessKeys.map((key) => key.AccessKeyId) ?? [];
  const used = useAction("cam", "GetSecurityLastUsed", { SecretIdList: ids }, { enabled: ids.length > 0 });
  const usedAt = new Map(used.data?.SecretIdLastUsedRows.map((row) => [row.SecretId, row.LastSecretUsedDate]));
  const me = session?.Principal;
  const keys = list.data?.AccessKeys.map(
    (key): AccountAccessKey => ({
      AccessKeyId: key.AccessKeyId,
      Uin: Number(me?.Uin ?? 0),
      UserName: me?.Name ?? "",
      Status: key.Status,
      Description: key.Description ?? "",
      // Texts of times are in UTC+8.
      CreateTime: Date.parse(`${key.CreateTime.replace(" ", "T")}+08:00`) / 1000,
      LastUsedTime: seconds(usedAt.get(key.AccessKeyId)),
    }),
  );
  return { keys, error: list.error, retry: () => void list.refetch() };
}

function seconds(milliseconds: number | null | undefined): number | null {
  return milliseconds == null ? null : Math.floor(milliseconds / 1000);
}
