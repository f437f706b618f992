import type { ReactNode } from "react";
import { ApiError } from "@/api";
import { useText } from "@/i18n";
import { Card, Empty, Loaded } from "@/ui";
import { decisionText } from "./messages";

/** Whether an answer is that the caller's policies do not allow the question. */
export function isDenied(error: unknown): boolean {
  return error instanceof ApiError && error.code === "AuthFailure.UnauthorizedOperation";
}

/** The permission that a denial names; the one that was expected where it names none. */
function permissionOf(error: unknown, expected: string): string {
  const named = error instanceof Error ? /perform operation \(([^()\s]+)\)/.exec(error.message)?.[1] : undefined;
  return named ?? expected;
}

/** Says which permission somebody lacks, in place of a part of a page that he may not see. */
export function Lacking({ permission, error }: { permission: string; error?: unknown }) {
  const text = useText(decisionText);
  return <Empty title={text("lacksTitle")}>{text("lacksText", { permission: permissionOf(error, permission) })}</Empty>;
}

interface PermittedProps<T> {
  query: { data: T | undefined; error: unknown; refetch: () => unknown };
  /** Asked for by the action, such as "cam:ListUsers". */
  permission: string;
  lines?: number;
  /** Puts what the caller lacks into a card, where there is none around. */
  card?: boolean;
  children: (data: T) => ReactNode;
}

/** What a question to hufu gave, as Loaded shows it; a caller who may not ask is told what he lacks. */
export function Permitted<T>({ permission, card = false, ...loaded }: PermittedProps<T>) {
  if (loaded.query.data !== undefined || !isDenied(loaded.query.error)) return <Loaded {...loaded} />;
  const lacking = <Lacking permission={permission} error={loaded.query.error} />;
  return card ? <Card>{lacking}</Card> : lacking;
}
