import { Suspense, useEffect, useRef, useState, type ReactNode } from "react";
import { Link, NavLink, Outlet, useLocation } from "react-router";
import { common, useText } from "@/i18n";
import {
  ChartAnalyticsIcon,
  DashboardIcon,
  ErrorBoundary,
  FileSafetyIcon,
  HistoryIcon,
  KeyIcon,
  ViewListIcon,
  SettingIcon,
  Skeleton,
  UserIcon,
  UserSafetyIcon,
  UsergroupIcon,
} from "@/ui";
import { pages } from "../routes";
import { AccountMenu, LanguageMenu, Mark, ThemeMenu } from "./bar";
import { frame, menu } from "./messages";

const icons: Record<keyof typeof menu, ReactNode> = {
  overview: <DashboardIcon />,
  users: <UserIcon />,
  groups: <UsergroupIcon />,
  policies: <FileSafetyIcon />,
  roles: <UserSafetyIcon />,
  keys: <KeyIcon />,
  audit: <HistoryIcon />,
  analyzer: <ChartAnalyticsIcon />,
  account: <SettingIcon />,
};

/** What is around every page of somebody who is signed in. */
export function Layout() {
  const text = useText(frame);
  const words = useText(common);
  const { pathname } = useLocation();
  const [open, setOpen] = useState(false);
  const main = useRef<HTMLElement>(null);
  useEffect(() => setOpen(false), [pathname]);
  useFocusOnNavigation(main, pathname);
  return (
    <div className="app">
      <a className="app-skip" href="#content" onClick={(event) => { event.preventDefault(); main.current?.focus(); }}>
        {text("skip")}
      </a>
      <header className="app-bar">
        <button type="button" className="ui-barbutton app-menutoggle" aria-expanded={open} aria-controls="menu" aria-label={text(open ? "closeMenu" : "openMenu")} onClick={() => setOpen(!open)}>
          <ViewListIcon />
        </button>
        <Link to="/" className="app-brand">
          <Mark />
          {words("productLong")}
        </Link>
        <div className="app-bar-right">
          <LanguageMenu />
          <ThemeMenu />
          <AccountMenu />
        </div>
      </header>
      <nav id="menu" className={open ? "app-menu app-menu-open" : "app-menu"} aria-label={text("menu")}>
        <MenuEntries />
      </nav>
      <main id="content" className="app-main" tabIndex={-1} ref={main}>
        <ErrorBoundary resetKey={pathname}>
          <Suspense fallback={<Waiting />}>
            <Outlet />
          </Suspense>
        </ErrorBoundary>
      </main>
    </div>
  );
}

/** The pages that the menu leads to, in its order. */
export function menuPages() {
  return (Object.keys(menu) as (keyof typeof menu)[]).flatMap((entry) => pages.filter((page) => page.menu === entry).map((page) => ({ ...page, menu: entry })));
}

function MenuEntries() {
  const label = useText(menu);
  return (
    <ul>
      {menuPages().map((page) => (
        <li key={page.path}>
          <NavLink to={`/${page.path}`} onPointerEnter={() => void page.load()}>
            {icons[page.menu]}
            {label(page.menu)}
          </NavLink>
        </li>
      ))}
    </ul>
  );
}

export function Waiting() {
  return (
    <div className="ui-page">
      <Skeleton lines={6} />
    </div>
  );
}

// Screen readers hear of a new page by the focus going there; the first page leaves the focus to the browser.
function useFocusOnNavigation(main: { current: HTMLElement | null }, pathname: string): void {
  const before = useRef(pathname);
  useEffect(() => {
    if (before.current === pathname) return;
    before.current = pathname;
    main.current?.focus({ preventScroll: true });
    main.current?.scrollTo(0, 0);
  }, [main, pathname]);
}
