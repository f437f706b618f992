import { QueryClientProvider, useQueryClient } from "@tanstack/react-query";
import { Suspense, lazy, useEffect, useMemo, useRef, type ReactNode } from "react";
import { createBrowserRouter, Navigate, Outlet, RouterProvider, useLocation, useRouteError } from "react-router";
import ConfigProvider from "tdesign-react/es/config-provider";
import en from "tdesign-react/es/locale/en_US";
import zh from "tdesign-react/es/locale/zh_CN";
import { newQueryClient, onSessionEnd, useSession } from "@/api";
import { sessionKey } from "@/api/session";
import { useLanguage, useText } from "@/i18n";
import { Broken, Empty, ErrorNotice, LinkButton, Page, Toaster } from "@/ui";
import { pages, signInPage, type PageEntry } from "../routes";
import { Layout, Waiting, menuPages } from "./layout";
import { frame } from "./messages";

export function App() {
  const client = useMemo(newQueryClient, []);
  const router = useMemo(newRouter, []);
  const language = useLanguage();
  return (
    <QueryClientProvider client={client}>
      <ConfigProvider globalConfig={language === "zh-CN" ? zh : en}>
        <RouterProvider router={router} />
        <Toaster />
      </ConfigProvider>
    </QueryClientProvider>
  );
}

function newRouter() {
  const page = ({ path, load }: PageEntry) => {
    const Content = lazy(load);
    return { path, element: <Content /> };
  };
  return createBrowserRouter(
    [
      {
        errorElement: <RouteError />,
        element: (
          <Suspense fallback={<Waiting />}>
            <Outlet />
          </Suspense>
        ),
        children: [
          page(signInPage),
          {
            element: (
              <SignedIn>
                <Layout />
              </SignedIn>
            ),
            children: [{ index: true, element: <Navigate to={menuPages()[0]?.path ?? "account"} replace /> }, ...pages.map(page), { path: "*", element: <NotFound /> }],
          },
        ],
      },
    ],
    { basename: "/console" },
  );
}

/** Leads whoever is not signed in to where one signs in, and back here afterwards. */
function SignedIn({ children }: { children: ReactNode }) {
  const client = useQueryClient();
  const { pathname, search } = useLocation();
  const { data: session, error, refetch } = useSession();
  const ended = useRef(false);
  useEffect(
    () =>
      onSessionEnd(() => {
        ended.current = true;
        // What was shown belongs to somebody who may not be the next to sign in.
        client.removeQueries({ predicate: (query) => query.queryKey[0] !== "session" });
        client.setQueryData(sessionKey, null);
      }),
    [client],
  );
  if (session) return children;
  if (session === null) {
    const here = pathname === "/" ? "" : `?return=${encodeURIComponent(pathname + search)}`;
    return <Navigate to={`/sign-in${here}`} replace state={{ ended: ended.current }} />;
  }
  if (error) {
    return (
      <div className="ui-page">
        <ErrorNotice error={error} onRetry={() => void refetch()} />
      </div>
    );
  }
  return <Waiting />;
}

function NotFound() {
  const text = useText(frame);
  return (
    <Page title={text("notFound")}>
      <Empty title={text("notFound")} action={<LinkButton to="/">{text("home")}</LinkButton>}>
        {text("notFoundText")}
      </Empty>
    </Page>
  );
}

function RouteError() {
  return <Broken error={useRouteError()} />;
}
