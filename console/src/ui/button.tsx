import type { MouseEvent, ReactElement, ReactNode } from "react";
import { Link as RouterLink } from "react-router";
// The looks of TDesign's button upon the browser's own, which tells assistive technology what it is and whether it is disabled.
import "tdesign-react/es/button/style/index.css";

export interface ButtonProps {
  children?: ReactNode;
  /** primary for the one thing that a page or dialog is for; text for those in table rows. */
  kind?: "primary" | "default" | "danger" | "text";
  type?: "button" | "submit";
  icon?: ReactElement;
  size?: "small" | "medium" | "large";
  block?: boolean;
  disabled?: boolean;
  /** Shows that work is under way, and takes no second press. */
  busy?: boolean;
  /** What a button with an icon alone does. */
  label?: string | undefined;
  title?: string;
  /** The form that it submits from outside. */
  form?: string;
  onClick?: (event: MouseEvent) => void;
}

export function Button({ kind = "default", type = "button", size = "medium", block = false, busy = false, disabled = false, label, title, children, icon, ...rest }: ButtonProps) {
  const classes = ["t-button", looks[kind], sizes[size], block ? "ui-button-block" : "", children ? "" : "t-button--shape-square", disabled ? "t-is-disabled" : ""];
  return (
    <button
      {...rest}
      type={type}
      className={classes.filter(Boolean).join(" ")}
      disabled={disabled || busy}
      aria-label={label}
      title={title ?? (children ? undefined : label)}
      aria-busy={busy ? true : undefined}
    >
      {busy ? <span className="ui-spinner" aria-hidden="true" /> : icon}
      {children && <span className="t-button__text">{children}</span>}
    </button>
  );
}

const looks = {
  primary: "t-button--theme-primary t-button--variant-base",
  default: "ui-button-default t-button--theme-default t-button--variant-outline",
  danger: "ui-button-danger t-button--theme-danger t-button--variant-base",
  text: "ui-button-text t-button--theme-primary t-button--variant-text",
};
const sizes = { small: "t-size-s", medium: "", large: "t-size-l" };

/** A link to a page of the console; to another address with href, which opens beside the console. */
export function Link({ to, href, children, label }: { to?: string; href?: string; children: ReactNode; label?: string }) {
  if (href !== undefined) {
    return (
      <a className="ui-link" href={href} target="_blank" rel="noreferrer" aria-label={label}>
        {children}
      </a>
    );
  }
  return (
    <RouterLink className="ui-link" to={to ?? "."} aria-label={label}>
      {children}
    </RouterLink>
  );
}

/** A link to a page of the console that looks like a button. */
export function LinkButton({ to, kind = "default", children, icon }: { to: string; kind?: "primary" | "default"; children: ReactNode; icon?: ReactElement }) {
  return (
    <RouterLink className={`t-button ${looks[kind]}`} to={to}>
      {icon}
      <span className="t-button__text">{children}</span>
    </RouterLink>
  );
}
