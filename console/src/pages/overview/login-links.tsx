import { useAction, type Session } from "@/api";
import { Permitted } from "@/decision";
import { useText } from "@/i18n";
import { Card, CopyText, Link } from "@/ui";
import { overviewText } from "./messages";

/** Where sub-users sign in, to be passed on. */
export function LoginLinks({ account }: { account: Session["Account"] }) {
  const text = useText(overviewText);
  const corps = useAction("hufu", "ListWeComCorps", {});
  const subUsers = `${location.origin}/login/subAccount/${encodeURIComponent(account.Alias || account.Uin)}`;
  return (
    <Card title={text("login")}>
      <p className="ui-page-description">{text("loginText")}</p>
      <LoginLink name={text("subUserLink")} address={subUsers} />
      {!account.Alias && (
        <p>
          <Link to="/account">{text("customizeAlias")}</Link>
        </p>
      )}
      <Permitted query={corps} permission="hufu:ListWeComCorps" lines={2}>
        {({ Corps: all }) => <WeComLinks corps={all.filter((corp) => corp.State !== "unlinked")} />}
      </Permitted>
    </Card>
  );
}

function WeComLinks({ corps }: { corps: readonly { CorpId: string; Name: string; LoginUrl: string }[] }) {
  const text = useText(overviewText);
  if (corps.length === 0) {
    return (
      <div>
        <h3>{text("wecomLink")}</h3>
        <p>
          {text("wecomNone")} <Link to="/account?tab=wecom">{text("wecomHow")}</Link>
        </p>
      </div>
    );
  }
  // One address serves all enterprises of an account: it lets the member choose.
  const addresses = new Map(corps.map((corp) => [corp.LoginUrl, corp]));
  return [...addresses.values()].map((corp) => (
    <LoginLink key={corp.CorpId} name={addresses.size > 1 ? text("wecomLinkOf", { name: corp.Name || corp.CorpId }) : text("wecomLink")} address={corp.LoginUrl} />
  ));
}

function LoginLink({ name, address }: { name: string; address: string }) {
  return (
    <div className="overview-link">
      <h3>{name}</h3>
      <CopyText value={address} label={name} />
    </div>
  );
}
