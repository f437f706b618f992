import { useEffect, type ReactNode } from "react";
import { Link as RouterLink } from "react-router";
import { common, useText } from "@/i18n";

export interface Crumb {
  label: string;
  to: string;
}

interface PageProps {
  /** The heading of the page, and its title in the browser. */
  title: string;
  /** Pages above this one. */
  crumbs?: readonly Crumb[];
  /** What can be done with the page's object, beside the heading. */
  actions?: ReactNode;
  /** A sentence or two under the heading. */
  description?: ReactNode;
  children: ReactNode;
}

/** The frame of every page: title, where it is, and its content. */
export function Page({ title, crumbs = [], actions, description, children }: PageProps) {
  const text = useText(common);
  usePageTitle(title);
  return (
    <div className="ui-page">
      {crumbs.length > 0 && (
        <nav aria-label={text("breadcrumb")} className="ui-crumbs">
          <ol>
            {crumbs.map((crumb) => (
              <li key={crumb.to}>
                <RouterLink to={crumb.to}>{crumb.label}</RouterLink>
              </li>
            ))}
            <li aria-current="page">{title}</li>
          </ol>
        </nav>
      )}
      <header className="ui-page-head">
        <h1>{title}</h1>
        {actions && <div className="ui-row">{actions}</div>}
      </header>
      {description && <div className="ui-page-description">{description}</div>}
      {children}
    </div>
  );
}

export function usePageTitle(title: string): void {
  const text = useText(common);
  const product = text("productLong");
  useEffect(() => {
    document.title = title ? `${title} - ${product}` : product;
  }, [title, product]);
}

/** A white area of a page, with a heading unless the page's own says it all. */
export function Card({ title, actions, children }: { title?: string; actions?: ReactNode; children: ReactNode }) {
  return (
    <section className="ui-card">
      {(title || actions) && (
        <header className="ui-card-head">
          {title && <h2>{title}</h2>}
          {actions && <div className="ui-row">{actions}</div>}
        </header>
      )}
      {children}
    </section>
  );
}

/** Things beside each other, which wrap where there is no room. */
export function Row({ children, between = false }: { children: ReactNode; between?: boolean }) {
  return <div className={between ? "ui-row ui-row-between" : "ui-row"}>{children}</div>;
}

/** Things below each other. */
export function Stack({ children }: { children: ReactNode }) {
  return <div className="ui-stack">{children}</div>;
}

/** Names and values of an object. An empty value shows as a dash. */
export function KeyValue({ items }: { items: readonly { name: string; value: ReactNode }[] }) {
  return (
    <dl className="ui-keyvalue">
      {items.map((item) => (
        <div key={item.name}>
          <dt>{item.name}</dt>
          <dd>{item.value === "" || item.value === null || item.value === undefined ? "-" : item.value}</dd>
        </div>
      ))}
    </dl>
  );
}
