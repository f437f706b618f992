import { useMemo, useState } from "react";
import { useSearchParams } from "react-router";
import { useSession } from "@/api";
import type { AuditRecord } from "@/api/hufu.gen";
import { isDenied, Lacking } from "@/decision";
import { common, useLanguage, useText } from "@/i18n";
import { Alert, Button, Card, Empty, ErrorNotice, format, Page, RefreshIcon, Row, Status } from "@/ui";
import { filterParams, readFilter, type Filter } from "./filter";
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
  const [round, setRound] = useState(0);
  const [live, setLive] = useState(false);
  const again = () => setRound((now) => now + 1);
  const search = (next: Filter) => {
    setParams(filterParams(next), { replace: true });
    again(); // also where the filter is what it was
  };
  return (
    <Page title={text("title")} description={text("intro")}>
      <Filters filter={filter} onChange={search} />
      <Calls key={`${filterParams(filter)} ${round}`} filter={filter} round={round} onRefresh={again} live={live} onLive={setLive} />
    </Page>
  );
}

interface CallsProps {
  filter: Filter;
  round: number;
  onRefresh: () => void;
  live: boolean;
  onLive: (live: boolean) => void;
}

function Calls({ filter, round, onRefresh, live, onLive }: CallsProps) {
  const text = useText(auditText);
  const trail = useTrail(filter, round);
  const pages = trail.data?.pages;
  const open = filter.to === undefined;
  const tail = useTail(filter, pages?.[0]?.Top, live && open);
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
      <LiveBar live={live && open} onChange={onLive} possible={open} count={fresh.length} onRefresh={onRefresh} />
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

interface LiveBarProps {
  live: boolean;
  onChange: (live: boolean) => void;
  possible: boolean;
  count: number;
  onRefresh: () => void;
}

function LiveBar({ live, onChange, possible, count, onRefresh }: LiveBarProps) {
  const text = useText(auditText);
  const words = useText(common);
  const hidden = useHidden();
  return (
    <Row between>
      <Row>
        <Button disabled={!possible} onClick={() => onChange(!live)}>
          {text(live ? "liveOn" : "liveOff")}
        </Button>
        <Button icon={<RefreshIcon />} label={words("refresh")} onClick={onRefresh} />
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
