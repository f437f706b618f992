import { useText } from "@/i18n";
import { LinkButton, Page, Tabs, useTabInAddress } from "@/ui";
import { ConsoleSettings } from "./console-settings";
import { accountText } from "./messages";
import { PasswordRules } from "./password-rules";
import { WeComCorps } from "./wecom";

export default function Account() {
  const text = useText(accountText);
  const [tab, setTab] = useTabInAddress("console");
  return (
    <Page title={text("title")} actions={<LinkButton to="/account/security">{text("mySecurity")}</LinkButton>}>
      <Tabs
        label={text("views")}
        value={tab}
        onChange={setTab}
        tabs={[
          { key: "console", label: text("consoleTab"), content: <ConsoleSettings /> },
          { key: "rules", label: text("rulesTab"), content: <PasswordRules /> },
          { key: "wecom", label: text("wecomTab"), content: <WeComCorps /> },
        ]}
      />
    </Page>
  );
}
