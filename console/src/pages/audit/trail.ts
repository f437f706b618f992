import { useInfiniteQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { ApiError, call, type Out } from "@/api";
import type { AuditRecord } from "@/api/hufu.gen";
import { filterQuestion, type Filter } from "./filter";

type Answer = Out<"hufu", "ListAuditRecords">;

const pageSize = 50;
const every = 2000;
/** How many calls the live view keeps. */
const most = 1000;

const nowSeconds = () => Math.floor(Date.now() / 1000);

/** The calls that fit, the newest first, read on by fetchNextPage. Another round reads them anew. */
export function useTrail(filter: Filter, round: number) {
  return useInfiniteQuery<Answer, ApiError, { pages: Answer[] }, readonly unknown[], string>({
    queryKey: ["hufu", "ListAuditRecords", filter, round],
    initialPageParam: "",
    queryFn: ({ pageParam, signal }) =>
      call("hufu", "ListAuditRecords", { ...filterQuestion(filter, nowSeconds()), Limit: pageSize, ...(pageParam ? { Marker: pageParam } : {}) }, signal),
    getNextPageParam: (last) => last.Marker || undefined,
    // The live view begins where the list was read: reading it again in its back would show calls twice.
    staleTime: Infinity,
    gcTime: 0,
  });
}

interface Tail {
  records: readonly AuditRecord[];
  error: unknown;
}

const nothing: Tail = { records: [], error: undefined };

/**
 * Calls that came since `top`, the newest first, asked for every two seconds while `on` and while the tab is seen. An error
 * does not end it.
 */
export function useTail(filter: Filter, top: string | undefined, on: boolean): Tail {
  const [tail, setTail] = useState<Tail>(nothing);
  const hidden = useHidden();
  const [place, setPlace] = useState({ from: top, top });
  if (place.from !== top) {
    setPlace({ from: top, top });
    setTail(nothing);
  }
  const now = place.top;
  useEffect(() => {
    if (!on || hidden || now === undefined) return undefined;
    const stop = new AbortController();
    let busy = false;
    const look = async () => {
      if (busy) return;
      busy = true;
      try {
        const { records, top: next } = await newer(filter, now, stop.signal);
        if (stop.signal.aborted) return;
        setTail((before) => ({ records: [...records, ...before.records].slice(0, most), error: undefined }));
        setPlace((before) => ({ ...before, top: next }));
      } catch (error) {
        if (!stop.signal.aborted) setTail((before) => ({ ...before, error }));
      } finally {
        busy = false;
      }
    };
    const timer = setInterval(() => void look(), every);
    return () => {
      clearInterval(timer);
      stop.abort();
    };
  }, [filter, now, on, hidden]);
  return tail;
}

/** All calls behind a place in the trail, as far as the live view keeps them. */
async function newer(filter: Filter, place: string, signal: AbortSignal): Promise<{ records: AuditRecord[]; top: string }> {
  const records: AuditRecord[] = [];
  let [top, marker] = ["", ""];
  do {
    const answer = await call("hufu", "ListAuditRecords", { ...filterQuestion(filter, nowSeconds()), Newer: place, Limit: 100, ...(marker ? { Marker: marker } : {}) }, signal);
    records.push(...answer.Records);
    top ||= answer.Top;
    marker = answer.Marker;
  } while (marker && records.length < most);
  return { records, top };
}

/** Whether the tab is in the background. */
export function useHidden(): boolean {
  const [hidden, setHidden] = useState(() => document.hidden);
  useEffect(() => {
    const look = () => setHidden(document.hidden);
    document.addEventListener("visibilitychange", look);
    return () => document.removeEventListener("visibilitychange", look);
  }, []);
  return hidden;
}
