import { Component, useState, type ReactNode } from "react";
import { ApiError } from "@/api";
import { common, currentLanguage, say, useText } from "@/i18n";
import { Button } from "./button";
import { CopyButton } from "./copy";
import { CheckCircleIcon, CloseIcon, ErrorCircleIcon, InfoCircleIcon } from "./icons";

interface AlertProps {
  kind?: "info" | "success" | "warning" | "error";
  title?: string;
  children?: ReactNode;
  actions?: ReactNode;
  onClose?: () => void;
}

/** A notice in the page. Errors are read out at once by screen readers. */
export function Alert({ kind = "info", title, children, actions, onClose }: AlertProps) {
  const text = useText(common);
  const Icon = kind === "success" ? CheckCircleIcon : kind === "info" ? InfoCircleIcon : ErrorCircleIcon;
  return (
    <div className={`ui-alert ui-alert-${kind}`} role={kind === "error" ? "alert" : "status"}>
      <Icon className="ui-alert-icon" aria-hidden="true" />
      <div className="ui-alert-body">
        {title && <strong>{title}</strong>}
        {children && <div>{children}</div>}
        {actions && <div className="ui-row">{actions}</div>}
      </div>
      {onClose && <Button kind="text" size="small" icon={<CloseIcon />} label={text("dismiss")} onClick={onClose} />}
    </div>
  );
}

/** The sentence of an error: hufu's own, or ours where nothing came back. */
export function errorText(error: unknown): string {
  const language = currentLanguage();
  if (!(error instanceof ApiError)) return say(common, language, "errorUnknown");
  if (error.message) return error.message;
  if (error.status === 401) return say(common, language, "errorSignedOut");
  return say(common, language, error.status === 0 ? "errorUnreachable" : "errorUnreadable");
}

/** An error as people can report it: its code, its sentence, the id of the request. Shows nothing without one. */
export function ErrorNotice({ error, onRetry, title }: { error: unknown; onRetry?: () => void; title?: string }) {
  const text = useText(common);
  if (!error) return null;
  const known = error instanceof ApiError ? error : undefined;
  const sentence = errorText(error);
  const report = [known?.code, sentence, known?.requestId && `RequestId: ${known.requestId}`].filter(Boolean).join("\n");
  return (
    <Alert
      kind="error"
      title={title ?? text("errorTitle")}
      actions={
        <>
          {onRetry && (
            <Button size="small" onClick={onRetry}>
              {text("retry")}
            </Button>
          )}
          <CopyButton value={report} caption={text("copyError")} />
        </>
      }
    >
      <p>{sentence}</p>
      <p className="ui-error-code">
        {known && <code>{known.code}</code>}
        {known?.requestId && (
          <span>
            {text("requestId")}: <code>{known.requestId}</code>
          </span>
        )}
      </p>
    </Alert>
  );
}

/** What a list shows when there is nothing: what such a thing is for, and how to make the first. */
export function Empty({ title, children, action }: { title: string; children?: ReactNode; action?: ReactNode }) {
  return (
    <div className="ui-empty">
      <strong>{title}</strong>
      {children && <div>{children}</div>}
      {action}
    </div>
  );
}

/** Grey lines in place of text that is on its way. */
export function Skeleton({ lines = 4 }: { lines?: number }) {
  const text = useText(common);
  return (
    <div className="ui-skeleton" role="status" aria-label={text("loading")}>
      {Array.from({ length: lines }, (_, line) => (
        <span key={line} />
      ))}
    </div>
  );
}

/** What a question to hufu gave: its answer, or that it is on its way, or why there is none. */
export function Loaded<T>({
  query,
  lines,
  children,
}: {
  query: { data: T | undefined; error: unknown; refetch: () => unknown };
  lines?: number;
  children: (data: T) => ReactNode;
}) {
  if (query.data !== undefined) return <>{children(query.data)}</>;
  if (query.error) return <ErrorNotice error={query.error} onRetry={() => void query.refetch()} />;
  return <Skeleton {...(lines ? { lines } : {})} />;
}

/** Keeps an error in a part of the page from taking the whole console away. A change of what resetKey is tries again. */
export class ErrorBoundary extends Component<{ children: ReactNode; resetKey: string }, { error: unknown; resetKey: string }> {
  override state = { error: undefined as unknown, resetKey: this.props.resetKey };

  static getDerivedStateFromError(error: unknown) {
    return { error };
  }

  static getDerivedStateFromProps(props: { resetKey: string }, state: { resetKey: string }) {
    return props.resetKey === state.resetKey ? null : { error: undefined, resetKey: props.resetKey };
  }

  override render() {
    if (this.state.error === undefined) return this.props.children;
    return <Broken error={this.state.error} />;
  }
}

export function Broken({ error }: { error: unknown }) {
  const text = useText(common);
  return (
    <div className="ui-page">
      <ErrorNotice error={error} />
      <Button onClick={() => location.reload()}>{text("reload")}</Button>
    </div>
  );
}

/** The state of a form's last try: its error, and what clears it. */
export function useFailure(): [unknown, (error?: unknown) => void] {
  const [error, setError] = useState<unknown>();
  return [error, (next?: unknown) => setError(next)];
}
