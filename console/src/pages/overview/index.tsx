import { useMemo } from "react";
import { useAction, useSession, type Session } from "@/api";
import { Permitted } from "@/decision";
import { common, useText } from "@/i18n";
import { Card, CopyText, Empty, KeyValue, Link, LinkButton, Page, Time } from "@/ui";
import { CallTable } from "../audit/table";
import { Advice } from "./advice";
import { LoginLinks } from "./login-links";
import { overviewText } from "./messages";
import "./overview.css";

/** Where one arrives: how the account stands, and what was refused in it. Each part says for itself what the caller may not see. */
export default function Overview() {
  const text = useText(overviewText);
  const { data: session } = useSession();
  if (!session) return null;
  return (
    <Page title={text("title")}>
      <Numbers />
      <div className="overview">
        <div className="ui-stack">
          <Advice />
          <Denials />
        </div>
        <div className="ui-stack">
          <LoginLinks account={session.Account} />
          <Me session={session} />
        </div>
      </div>
    </Page>
  );
}

function Numbers() {
  const text = useText(overviewText);
  const summary = useAction("cam", "GetAccountSummary", {});
  return (
    <Card title={text("numbers")}>
      <Permitted query={summary} permission="cam:GetAccountSummary" lines={2}>
        {(data) => (
          <ul className="overview-numbers">
            <NumberLink to="/users" name={text("users")} value={data.User} />
            <NumberLink to="/groups" name={text("groups")} value={data.Group} />
            <NumberLink to="/policies" name={text("policies")} value={data.Policies} />
            <NumberLink to="/roles" name={text("roles")} value={data.Roles} />
          </ul>
        )}
      </Permitted>
    </Card>
  );
}

function NumberLink({ to, name, value }: { to: string; name: string; value: number }) {
  return (
    <li>
      <Link to={to}>
        <strong>{value}</strong> <span>{name}</span>
      </Link>
    </li>
  );
}

const week = 7 * 86_400;

function Denials() {
  const text = useText(overviewText);
  const since = useMemo(() => Math.floor(Date.now() / 60_000) * 60 - week, []);
  const query = useAction("hufu", "ListAuditRecords", { Outcome: "denied", StartTime: since, Limit: 8 }, { every: 30_000 });
  return (
    <Card title={text("denials")} actions={<LinkButton to="/audit?range=7d&outcome=denied">{text("allDenials")}</LinkButton>}>
      <p className="ui-page-description">{text("denialsText")}</p>
      <Permitted query={query} permission="hufu:ListAuditRecords">
        {(data) => <CallTable brief rows={data.Records} empty={<Empty title={text("noDenials")} />} />}
      </Permitted>
    </Card>
  );
}

function Me({ session: { Account: account, Principal: me, ...session } }: { session: Session }) {
  const text = useText(overviewText);
  const words = useText(common);
  const kind = me.Type === "root" ? "rootAccount" : me.WeCom ? "wecomUser" : "subUser";
  return (
    <Card title={text("me")} actions={<LinkButton to="/account/security">{text("security")}</LinkButton>}>
      <KeyValue
        items={[
          { name: text("myName"), value: me.Name },
          { name: text("myType"), value: words(kind) },
          { name: text("myUin"), value: <CopyText value={me.Uin} /> },
          ...(me.Type === "root" ? [] : [{ name: text("mainUin"), value: <CopyText value={account.Uin} /> }]),
          { name: text("appId"), value: account.AppId },
          { name: text("alias"), value: account.Alias },
          { name: text("mfa"), value: text(session.Mfa ? "proved" : "notProved") },
          { name: text("signedInAt"), value: <Time seconds={session.CreatedTime} /> },
          { name: text("endsAt"), value: <Time seconds={session.ExpireTime} /> },
        ]}
      />
    </Card>
  );
}
