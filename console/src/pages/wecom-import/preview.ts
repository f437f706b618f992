import { useMemo } from "react";
import { useAction, type Out } from "@/api";
import { useDelayed } from "@/ui";
import type { Grants } from "../create-user/grants";
import { requestOf, type Candidate } from "./draft";

export interface Preview {
  /** Undefined until hufu has answered for the first time. */
  answer: Out<"hufu", "PreviewWeComImport"> | undefined;
  /** Whether the answer is to what is entered now. */
  settled: boolean;
  error: unknown;
  retry: () => void;
}

/** What hufu says an import would do, asked again as one types; not any more once it was begun. */
export function usePreview(corpId: string, candidates: readonly Candidate[], grants: Grants, begun: boolean): Preview {
  const request = useMemo(() => requestOf(corpId, candidates, grants), [corpId, candidates, grants]);
  const asked = useDelayed(request, 300);
  const query = useAction("hufu", "PreviewWeComImport", asked, { keep: true, enabled: !begun && asked.Members.length > 0 && asked.CorpId !== "" });
  return {
    answer: query.data,
    settled: asked === request && query.data !== undefined && !query.isPlaceholderData,
    error: query.error,
    retry: () => void query.refetch(),
  };
}
