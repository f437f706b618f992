import { useState } from "react";
import { useSearchParams } from "react-router";
import { useAction, useSession } from "@/api";
import type { AccountAccessKey } from "@/api/hufu.gen";
import { isDenied, Lacking } from "@/decision";
import { common, useText } from "@/i18n";
import { AddIcon, Alert, Button, Card, Empty, Page, SearchBox, Select, useDelayed, usePaging } from "@/ui";
import { CreateKey } from "./create";
import { keysText } from "./messages";
import { useOwnKeys } from "./own";
import { KeyTable } from "./table";

type Status = "any" | "Active" | "Inactive";

/** The access keys of everybody in the account; the own ones for who may not see the others'. */
export default function AccessKeys() {
  const text = useText(keysText);
  const { data: session } = useSession();
  const [creating, setCreating] = useState(false);
  return (
    <Page
      title={text("title")}
      description={text("intro")}
      actions={
        <Button kind="primary" icon={<AddIcon />} onClick={() => setCreating(true)}>
          {text("create")}
        </Button>
      }
    >
      {session?.Principal.Type === "root" && (
        <Alert kind="warning" title={text("rootWarning")}>
          {text("rootWarningText")}
        </Alert>
      )}
      <AllKeys />
      {creating && <CreateKey onClose={() => setCreating(false)} />}
    </Page>
  );
}

function AllKeys() {
  const text = useText(keysText);
  const words = useText(common);
  const [params] = useSearchParams();
  const [keyword, setKeyword] = useState(params.get("keyword") ?? "");
  const [status, setStatus] = useState<Status>("any");
  const asked = useDelayed(keyword.trim());
  const paging = usePaging();
  const query = useAction(
    "hufu",
    "ListAccountAccessKeys",
    { Offset: paging.offset, Limit: paging.limit, ...(asked ? { Keyword: asked } : {}), ...(status === "any" ? {} : { Status: status }) },
    { keep: true },
  );
  if (isDenied(query.error)) return <OwnKeys />;
  const filtered = asked !== "" || status !== "any";
  return (
    <KeyTable
      rows={query.data?.Keys}
      error={query.error}
      onRetry={() => void query.refetch()}
      paging={paging.of(query.data?.TotalCount ?? 0)}
      empty={filtered ? <Empty title={words("noRows")} /> : <Empty title={text("emptyTitle")}>{text("emptyText")}</Empty>}
      toolbar={
        <>
          <SearchBox
            label={text("search")}
            value={keyword}
            onChange={(value) => {
              setKeyword(value);
              paging.first();
            }}
          />
          <Select<Status>
            label={text("status")}
            value={status}
            onChange={(value) => {
              setStatus(value);
              paging.first();
            }}
            options={[
              { value: "any", label: text("anyStatus") },
              { value: "Active", label: words("enabled") },
              { value: "Inactive", label: words("disabled") },
            ]}
          />
        </>
      }
    />
  );
}

function OwnKeys() {
  const text = useText(keysText);
  const own = useOwnKeys();
  if (isDenied(own.error)) {
    return (
      <Card>
        <Lacking permission="cam:ListAccessKeys" error={own.error} />
      </Card>
    );
  }
  const rows: readonly AccountAccessKey[] | undefined = own.keys;
  return (
    <>
      <Alert>{text("ownOnly")}</Alert>
      <KeyTable rows={rows} error={own.error} onRetry={own.retry} empty={<Empty title={text("emptyTitle")}>{text("emptyText")}</Empty>} />
    </>
  );
}
