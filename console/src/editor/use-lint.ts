import { useEffect, useMemo, useRef } from "react";
import { useAction } from "@/api";
import type { LintFinding } from "@/api/hufu.gen";
import { say, useLanguage } from "@/i18n";
import type { DocumentKind } from "@/policy/document";
import { parseJson } from "@/policy/json";
import { syntaxMessages } from "@/policy/messages";
import { useDelayed } from "@/ui";

export interface Lint {
  /** In the order of the text; those of an earlier text while the answer about this one is on its way. */
  findings: readonly LintFinding[];
  /** The text that they are about. */
  text: string;
  pending: boolean;
  /** Whether hufu would refuse the document, as far as is known. */
  refused: boolean;
  error: unknown;
}

const none: readonly LintFinding[] = [];

/** Checks a document while it is written: what is no JSON at once, everything else by hufu when one stops typing for a moment. */
export function useLint(text: string, kind: DocumentKind): Lint {
  const language = useLanguage();
  const settled = useDelayed(text, 400);
  const syntax = useMemo(() => syntaxFinding(text, language), [text, language]);
  const asked = syntax === undefined && settled === text;
  const query = useAction("hufu", "LintPolicy", { PolicyDocument: settled, Kind: kind }, { enabled: asked });
  const answer = asked ? query.data?.Findings : undefined;
  const last = useRef<{ text: string; findings: readonly LintFinding[] }>({ text: "", findings: none });
  useEffect(() => {
    if (answer) last.current = { text, findings: answer };
  }, [answer, text]);
  if (syntax) return { findings: [syntax], text, pending: false, refused: true, error: undefined };
  const shown = answer ? { text, findings: answer } : last.current;
  return {
    ...shown,
    pending: !answer && !query.error,
    refused: answer !== undefined && answer.some((finding) => finding.Severity === "error"),
    error: asked ? query.error : undefined,
  };
}

function syntaxFinding(text: string, language: "en-US" | "zh-CN"): LintFinding | undefined {
  if (/^\s*%/.test(text)) return undefined; // percent-encoded: the server reads it
  const parsed = parseJson(text);
  if (parsed.ok) return undefined;
  const { problem, at } = parsed.fault;
  return { Severity: "error", Code: "Syntax", Message: say(syntaxMessages, language, problem), Suggestion: "", Path: "", From: at, To: Math.min(at + 1, text.length) };
}
