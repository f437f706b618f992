import type { ReactElement, ReactNode } from "react";
import { common, useLanguage, useText } from "@/i18n";

/** A word about the state or kind of something. The word says it; the colour only helps. */
export function Tag({ kind = "default", children }: { kind?: "default" | "info" | "success" | "warning" | "error"; children: ReactNode }) {
  return <span className={`ui-tag ui-tag-${kind}`}>{children}</span>;
}

/** A state with a dot. */
export function Status({ kind = "default", children }: { kind?: "default" | "info" | "success" | "warning" | "error"; children: ReactNode }) {
  return <span className={`ui-status ui-status-${kind}`}>{children}</span>;
}

/**
 * A moment in the time of whoever looks; the time in UTC+8, which the API's texts have, shows on pointing. `seconds` are Unix
 * seconds; a text is one of the API's "2006-01-02 15:04:05", which is in UTC+8.
 */
export function Time({ seconds, milliseconds, text: apiTime }: { seconds?: number | null; milliseconds?: number | null; text?: string }) {
  const language = useLanguage();
  const text = useText(common);
  const at = moment(seconds, milliseconds, apiTime);
  if (!at) return <>{text("never")}</>;
  const beijing = `${format(at, language, "Asia/Shanghai")} (UTC+8)`;
  return (
    <time dateTime={at.toISOString()} title={beijing}>
      {format(at, language)}
    </time>
  );
}

function moment(seconds?: number | null, milliseconds?: number | null, apiTime?: string): Date | undefined {
  if (typeof milliseconds === "number") return new Date(milliseconds);
  if (typeof seconds === "number") return new Date(seconds * 1000);
  if (!apiTime) return undefined;
  const at = new Date(`${apiTime.replace(" ", "T")}+08:00`);
  return Number.isNaN(at.getTime()) ? undefined : at;
}

/** A moment as text, in the zone of the browser unless another is named. */
export function format(at: Date, language: string, timeZone?: string): string {
  const parts = new Intl.DateTimeFormat(language, {
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    hourCycle: "h23",
    ...(timeZone ? { timeZone } : {}),
  }).formatToParts(at);
  const part = (type: string) => parts.find((candidate) => candidate.type === type)?.value ?? "";
  return `${part("year")}-${part("month")}-${part("day")} ${part("hour")}:${part("minute")}:${part("second")}`;
}

/** How far long work has come. */
export function Progress({ label, value, total, failed = false }: { label: string; value: number; total: number; failed?: boolean }) {
  return (
    <div className={failed ? "ui-progress ui-progress-failed" : "ui-progress"}>
      <progress aria-label={label} value={value} max={Math.max(total, 1)} />
      <span>
        {value} / {total}
      </span>
    </div>
  );
}

/** The steps of a wizard, and where it is. */
export function Steps({ steps, current }: { steps: readonly string[]; current: number }) {
  const text = useText(common);
  return (
    <ol className="ui-steps" aria-label={text("steps")}>
      {steps.map((step, index) => (
        <li
          key={step}
          className={index < current ? "ui-step-done" : index === current ? "ui-step-current" : undefined}
          aria-current={index === current ? "step" : undefined}
        >
          <span aria-hidden="true">{index < current ? "✓" : index + 1}</span>
          {step}
        </li>
      ))}
    </ol>
  );
}

/** A wizard: its steps, the content of the current one, and buttons below. */
export function Wizard({ steps, current, children, footer }: { steps: readonly string[]; current: number; children: ReactNode; footer: ReactNode }) {
  return (
    <section className="ui-card ui-wizard">
      <Steps steps={steps} current={current} />
      <div className="ui-wizard-body">{children}</div>
      <footer className="ui-row">{footer}</footer>
    </section>
  );
}

/** A large card to choose a way to go on. */
export function ChoiceCard({ title, children, action, icon }: { title: string; children: ReactNode; action: ReactNode; icon?: ReactElement }) {
  return (
    <section className="ui-card ui-choicecard">
      <h2>
        {icon}
        {title}
      </h2>
      <div>{children}</div>
      <div className="ui-row">{action}</div>
    </section>
  );
}

/** Text in fixed-width letters, as it is. */
export function Code({ children }: { children: string }) {
  return <pre className="ui-code" tabIndex={0}>{children}</pre>;
}
