import type { MouseEvent, ReactElement, ReactNode } from "react";
import TButton from "tdesign-react/es/button";
import { Link as RouterLink } from "react-router";

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
  label?: string;
  title?: string;
  /** The form that it submits from outside. */
  form?: string;
  onClick?: (event: MouseEvent) => void;
}

export function Button({ kind = "default", type = "button", busy = false, label, children, icon, ...rest }: ButtonProps) {
  const looks = {
    primary: { theme: "primary" },
    default: { variant: "outline" },
    danger: { theme: "danger" },
    text: { theme: "primary", variant: "text" },
  } as const;
  const attributes = { ...(label ? { "aria-label": label, title: rest.title ?? label } : {}), ...(busy ? { "aria-busy": true } : {}) };
  return (
    <TButton
      {...looks[kind]}
      {...rest}
      {...attributes}
      type={type}
      loading={busy}
      {...(icon ? { icon } : {})}
      {...(!children && icon ? { shape: "square" as const } : {})}
    >
      {children}
    </TButton>
  );
}

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
  const look = kind === "primary" ? "t-button--variant-base t-button--theme-primary" : "t-button--variant-outline t-button--theme-default";
  return (
    <RouterLink className={`t-button ${look} ui-linkbutton`} to={to}>
      {icon}
      <span className="t-button__text">{children}</span>
    </RouterLink>
  );
}
