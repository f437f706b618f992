import { useAction } from "@/api";
import { common, useText } from "@/i18n";
import { ChoiceCard, ErrorNotice, LinkButton, Page, Row, UserIcon, UsergroupIcon } from "@/ui";
import { createText } from "./messages";

/** Create User > Select User Type. */
export default function SelectUserType() {
  const text = useText(createText);
  const words = useText(common);
  const corps = useAction("hufu", "ListWeComCorps", {});
  const linked = corps.data?.Corps.filter((corp) => corp.State !== "unlinked") ?? [];
  const importable = linked.length > 0;
  const missing = corps.data && !importable;
  return (
    <Page title={text("selectType")} crumbs={[{ label: words("users"), to: "/users" }]} description={text("selectText")}>
      <Row>
        <ChoiceCard
          title={text("custom")}
          icon={<UserIcon />}
          action={
            <LinkButton to="/users/create/custom" kind="primary">
              {text("customAction")}
            </LinkButton>
          }
        >
          {text("customText")}
        </ChoiceCard>
      </Row>
      <h2>{text("wecomHeading")}</h2>
      <Row>
        <ChoiceCard
          title={text("wecom")}
          icon={<UsergroupIcon />}
          action={
            missing ? (
              <LinkButton to="/account?tab=wecom">{text("wecomLink")}</LinkButton>
            ) : (
              <LinkButton to="/users/import" kind="primary">
                {text("wecomAction")}
              </LinkButton>
            )
          }
        >
          <p>{text("wecomText")}</p>
          {missing && <p>{text(corps.data.Corps.length === 0 ? "wecomNone" : "wecomUnlinked")}</p>}
        </ChoiceCard>
      </Row>
      <ErrorNotice error={corps.error} onRetry={() => void corps.refetch()} />
    </Page>
  );
}
