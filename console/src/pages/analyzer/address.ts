import { useMemo } from "react";
import { useSearchParams } from "react-router";
import { questionParams, readQuestion, type Question } from "@/decision";

interface Asked {
  question: Question;
  /** What else the address holds. */
  params: URLSearchParams;
  /** Puts a question into the address, with what else it holds, and so asks it. */
  ask: (question: Question, more?: Record<string, string>) => void;
}

/** The question of a tab, as the address has it. */
export function useQuestion(tab: string): Asked {
  const [params, setParams] = useSearchParams();
  const address = params.toString();
  return useMemo(() => {
    const now = new URLSearchParams(address);
    return {
      question: readQuestion(now),
      params: now,
      ask: (question, more = {}) => {
        const next = questionParams(question);
        if (tab !== "explain") next.set("tab", tab);
        for (const [name, value] of Object.entries(more)) if (value) next.set(name, value);
        setParams(next);
      },
    };
  }, [address, tab, setParams]);
}
