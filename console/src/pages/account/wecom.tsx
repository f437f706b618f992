import { useState } from "react";
import { ownAddress, ownHost, useAction, useChange, type Out } from "@/api";
import { common, useText } from "@/i18n";
import { AddIcon, Alert, Button, Card, ConfirmDanger, CopyText, Empty, KeyValue, Link, LinkButton, Loaded, RefreshIcon, Row, Stack, Status, Time, ErrorNotice, toast } from "@/ui";
import { pages } from "../../routes";
import { wecomText } from "./messages";
import { LinkForm } from "./wecom-link";

export type Corp = Out<"hufu", "ListWeComCorps">["Corps"][number];

/** The enterprises of WeCom whose members can be imported. */
export function WeComCorps() {
  const text = useText(wecomText);
  const [linking, setLinking] = useState(false);
  const [syncing, setSyncing] = useState(false);
  const corps = useAction("hufu", "ListWeComCorps", {}, { every: syncing ? 2000 : false });
  const running = corps.data?.Corps.some((corp) => corp.Syncing) ?? false;
  if (running !== syncing) setSyncing(running);
  const link = (
    <Button kind="primary" icon={<AddIcon />} onClick={() => setLinking(true)}>
      {text("link")}
    </Button>
  );
  return (
    <Stack>
      <Row between>
        <p className="ui-page-description">{text("intro")}</p>
        {corps.data && corps.data.Corps.length > 0 && link}
      </Row>
      <Loaded query={corps}>
        {({ Corps }) =>
          Corps.length === 0 ? (
            <Card>
              <Empty title={text("none")} action={link}>
                {text("noneText")}
              </Empty>
            </Card>
          ) : (
            Corps.map((corp) => <CorpCard key={corp.CorpId} corp={corp} />)
          )
        }
      </Loaded>
      {linking && <LinkForm onClose={() => setLinking(false)} />}
    </Stack>
  );
}

const states = {
  linked: ["success", "stateLinked"],
  scope_changed: ["info", "stateChanged"],
  unlinked: ["error", "stateUnlinked"],
} as const;

const causes: Record<string, keyof typeof wecomText> = {
  administrator: "causeAdministrator",
  secret_rejected: "causeSecret",
  app_disabled: "causeDisabled",
  address_refused: "causeAddress",
  unreachable: "causeUnreachable",
};

function CorpCard({ corp }: { corp: Corp }) {
  const text = useText(wecomText);
  const words = useText(common);
  const [open, setOpen] = useState<"credentials" | "unlink">();
  const sync = useChange("hufu", "SyncWeComCorp", { touches: ["hufu.ListWeComCorps"] });
  const [kind, state] = states[corp.State as keyof typeof states] ?? (["default", "stateUnlinked"] as const);
  const cause = causes[corp.Cause];
  const linked = corp.State !== "unlinked";
  const importPage = pages.some((page) => page.path === "users/import");
  return (
    <Card
      title={corp.Name || corp.CorpId}
      actions={
        <>
          {linked && importPage && <LinkButton to={`/users/import?corp=${encodeURIComponent(corp.CorpId)}`}>{text("importMembers")}</LinkButton>}
          {linked && (
            <Button icon={<RefreshIcon />} busy={sync.isPending || corp.Syncing} onClick={() => sync.mutate({ CorpId: corp.CorpId })}>
              {text(corp.Syncing ? "syncing" : "sync")}
            </Button>
          )}
          <Button onClick={() => setOpen("credentials")}>{text("credentials")}</Button>
          {linked && <Button onClick={() => setOpen("unlink")}>{text("unlink")}</Button>}
        </>
      }
    >
      {cause && <Alert kind={linked ? "warning" : "error"}>{text(cause)}</Alert>}
      <ErrorNotice error={sync.error} />
      <KeyValue
        items={[
          { name: words("state"), value: <Status kind={kind}>{text(state)}</Status> },
          { name: text("corpId"), value: <CopyText value={corp.CorpId} /> },
          { name: text("application"), value: `${corp.AppName} (${corp.AgentId})` },
          { name: text("members"), value: corp.Members },
          { name: text("imported"), value: corp.ImportedUsers },
          { name: text("linkTime"), value: <Time seconds={corp.LinkTime} /> },
          { name: text("syncTime"), value: <Time seconds={corp.SyncTime} /> },
          { name: text("callback"), value: <Status kind={corp.HasCallback ? "success" : "warning"}>{text(corp.HasCallback ? "callbackOn" : "callbackOff")}</Status> },
        ]}
      />
      <h3>{text("setUp")}</h3>
      <KeyValue
        items={[
          { name: text("callbackUrl"), value: <CopyText value={ownAddress(corp.CallbackUrl)} /> },
          { name: text("trustedDomain"), value: <CopyText value={ownHost(corp.TrustedDomain)} /> },
          { name: text("loginUrl"), value: <CopyText value={ownAddress(corp.LoginUrl)} /> },
        ]}
      />
      <Scope corp={corp} />
      {open === "credentials" && <LinkForm corp={corp} onClose={() => setOpen(undefined)} />}
      {open === "unlink" && <Unlink corp={corp} onClose={() => setOpen(undefined)} />}
    </Card>
  );
}

function Scope({ corp: { Scope: scope } }: { corp: Corp }) {
  const text = useText(wecomText);
  const words = useText(common);
  const list = (values: readonly (string | number)[]) => (values.length === 0 ? words("none") : values.join(", "));
  return (
    <>
      <h3>{text("scope")}</h3>
      <p className="ui-page-description">
        {text("scopeText")} <Link href="https://work.weixin.qq.com/wework_admin/frame#apps">{text("openWeCom")}</Link>
      </p>
      <KeyValue
        items={[
          { name: text("departments"), value: list(scope.Departments.map((department) => department.Name || department.DepartmentId)) },
          { name: text("users"), value: list(scope.UserIds) },
          { name: text("tags"), value: list(scope.TagIds) },
        ]}
      />
    </>
  );
}

function Unlink({ corp, onClose }: { corp: Corp; onClose: () => void }) {
  const text = useText(wecomText);
  const name = corp.Name || corp.CorpId;
  const unlink = useChange("hufu", "UnlinkWeComCorp", {
    onSuccess: () => {
      toast("success", text("unlinked"));
      onClose();
    },
  });
  return (
    <ConfirmDanger
      open
      title={text("unlinkTitle", { name })}
      onClose={onClose}
      confirm={text("unlink")}
      typeName={corp.CorpId}
      busy={unlink.isPending}
      error={unlink.error}
      onConfirm={() => unlink.mutate({ CorpId: corp.CorpId })}
    >
      {text("unlinkText", { count: corp.ImportedUsers })}
    </ConfirmDanger>
  );
}
