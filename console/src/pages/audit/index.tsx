import { useMemo, useState } from "react";
import { useSearchParams } from "react-router";
import { useSession } from "@/api";
import type { AuditRecord } from "@/api/hufu.gen";
import { isDenied, Lacking } from "@/decision";
import { useLanguage, useText } from "@/i18n";
import { Alert, Button, Card, Empty, ErrorNotice, format, Page, Row, Status } from "@/ui";
import { filterParams, readFilter } from "./filter";
import { Filters } from "./filters";
import { auditText } from "./messages";
import { CallTable } from "./table";
import { useHidden, useTail, useTrail } from "./trail";

/** The audit trail. Its filter is in the address, so that a search can be kept and shared. */
export default function Audit() {
  const text = useText(auditText);
  const [params, setParams] = useSearchParams();
  const address = params.toString();
  const filter = useMemo(() => readFilter(new URLSearchParams(address)), [address]);
  return (
    <Page title={text("title")} description={text("intro")}>
      <Filters filter={filter} onChange={(next) => setParams(filterParams(next), { replace: true })} />
      <Calls key={filterParams(filter).toString()} filter={filter} />
    </Page>
  );
}

function Calls({ filter }: { filter: ReturnType<typeof readFilter> }) {
  const text = useText(auditText);
  const [live, setLive] = useState(false);
  const trail = useTrail(filter);
  const pages = trail.data?.pages;
  const tail = useTail(filter, pages?.[0]?.Top, live);
  const fresh = useOthersCalls(tail.records, filter.action);
  const newIds = useMemo(() => new Set(fresh.map((record) => record.RequestId)), [fresh]);
  const rows = useMemo(() => pages && [...fresh, ...pages.flatMap((page) => page.Records)], [fresh, pages]);
  if (!rows && isDenied(trail.error)) {
    return (
      <Card>
        <Lacking permission="hufu:ListAuditRecords" error={trail.error} />
      </Card>
    );
  }
  return (
    <>
      <LiveBar live={live} onChange={setLive} possible={filter.to === undefined} count={fresh.length} />
      {live && <ErrorNotice error={tail.error} />}
      <CallTable rows={rows} newIds={newIds} error={trail.error} onRetry={() => void trail.refetch()} empty={<Empty title={text("emptyTitle")}>{text("emptyText")}</Empty>} />
      <Further trail={trail} shown={rows?.length ?? 0} />
    </>
  );
}

// Each look for new calls is a call too. Those of whoever looks are left out, unless it is them that are looked for.
function useOthersCalls(records: readonly AuditRecord[], action: string): readonly AuditRecord[] {
  const { data: session } = useSession();
  return useMemo(() => {
    if (action) return records;
    return records.filter((record) => !(record.Action === "hufu:ListAuditRecords" && record.Door === "console" && record.CallerId === session?.Principal.Uin));
  }, [records, action, session]);
}

function LiveBar({ live, onChange, possible, count }: { live: boolean; onChange: (live: boolean) => void; possible: boolean; count: number }) {
  const text = useText(auditText);
  const hidden = useHidden();
  return (
    <Row between>
      <Row>
        <Button disabled={!possible} onClick={() => onChange(!live)}>
          {text(live ? "liveOn" : "liveOff")}
        </Button>
        {live && <Status kind={hidden ? "warning" : "success"}>{text(hidden ? "livePaused" : "liveRuns")}</Status>}
        {!possible && <span className="ui-hint">{text("liveNeedsOpen")}</span>}
      </Row>
      <span aria-live="polite">{count > 0 && text("newCalls", { count })}</span>
    </Row>
  );
}

/** How far the list has come, and the way on: one answer looks at so many calls, and no further. */
function Further({ trail, shown }: { trail: ReturnType<typeof useTrail>; shown: number }) {
  const text = useText(auditText);
  const language = useLanguage();
  const last = trail.data?.pages.at(-1);
  if (!last) return null;
  if (!last.Marker) return shown > 0 ? <p className="ui-hint">{text("end")}</p> : null;
  const more = (
    <Button busy={trail.isFetchingNextPage} onClick={() => void trail.fetchNextPage()}>
      {text(last.Records.length > 0 ? "older" : "continue")}
    </Button>
  );
  if (last.SearchedTo === null) return <Row>{more}</Row>;
  return <Alert actions={more}>{text("searchedTo", { time: format(new Date(last.SearchedTo), language) })}</Alert>;
}
