import { ownAddress, useAction, type Session } from "@/api";
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
      <div className="overview-link">
        <h3>{text("subUserLink")}</h3>
        <CopyText value={subUsers} label={text("copySubUserLink")} />
      </div>
      {!account.Alias && (
        <p>
          <Link to="/account">{text("customizeAlias")}</Link>
        </p>
      )}
      <div className="overview-link">
        <h3>{text("wecomLink")}</h3>
        <Permitted query={corps} permission="hufu:ListWeComCorps" lines={2}>
          {({ Corps: all }) => <WeComLinks corps={all.filter((corp) => corp.State !== "unlinked")} />}
        </Permitted>
      </div>
    </Card>
  );
}

// One address serves all enterprises of an account: it lets the member choose.
function WeComLinks({ corps }: { corps: readonly { LoginUrl: string }[] }) {
  const text = useText(overviewText);
  if (corps.length === 0) {
    return (
      <p>
        {text("wecomNone")} <Link to="/account?tab=wecom">{text("wecomHow")}</Link>
      </p>
    );
  }
  return [...new Set(corps.map((corp) => ownAddress(corp.LoginUrl)))].map((address) => <CopyText key={address} value={address} label={text("copyWecomLink")} />);
}
