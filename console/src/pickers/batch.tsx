import { useRef, useState, type ComponentType } from "react";
import { useQueryClient } from "@tanstack/react-query";
import { refresh } from "@/api";
import { useText } from "@/i18n";
import { Alert, errorText, FormDialog, Progress, toast } from "@/ui";
import { picker } from "./messages";
import type { Picked, PickerProps } from "./picker";

export interface Failure {
  name: string;
  error: unknown;
}

export interface Batch {
  /** How far it has come; undefined while nothing runs. */
  progress: { done: number; total: number } | undefined;
  failures: readonly Failure[];
  /** Does something to each item, one after the other; one that fails does not keep the others from it. True if all went well. */
  run: <T extends { name: string }>(items: readonly T[], each: (item: T) => Promise<unknown>) => Promise<boolean>;
  clear: () => void;
}

/** Work that takes a call for each of several things. What is shown is asked for again when it is over. */
export function useBatch(): Batch {
  const client = useQueryClient();
  const [progress, setProgress] = useState<Batch["progress"]>();
  const [failures, setFailures] = useState<readonly Failure[]>([]);
  const running = useRef(false);
  return {
    progress,
    failures,
    clear: () => setFailures([]),
    async run(items, each) {
      if (running.current) return false;
      running.current = true;
      const failed: Failure[] = [];
      setFailures([]);
      for (const [done, item] of items.entries()) {
        setProgress({ done, total: items.length });
        try {
          await each(item);
        } catch (error) {
          failed.push({ name: item.name, error });
        }
      }
      running.current = false;
      setProgress(undefined);
      setFailures(failed);
      refresh(client);
      return failed.length === 0;
    },
  };
}

/** The progress of a batch while it runs, and then what failed of it and why. */
export function BatchState({ batch }: { batch: Batch }) {
  const text = useText(picker);
  if (batch.progress) return <Progress label={text("working")} value={batch.progress.done} total={batch.progress.total} />;
  if (batch.failures.length === 0) return null;
  return (
    <Alert kind="error" title={text("someFailed", { count: batch.failures.length })}>
      <ul className="picker-failures">
        {batch.failures.map((failure) => (
          <li key={failure.name}>
            {failure.name}: {errorText(failure.error)}
          </li>
        ))}
      </ul>
    </Alert>
  );
}

interface PickDialogProps<P extends Picked> {
  open: boolean;
  title: string;
  /** PolicyPicker, UserPicker, GroupPicker or RolePicker. */
  picker: ComponentType<PickerProps<P>>;
  label: string;
  taken?: ReadonlySet<string>;
  /** The verb on the button. */
  submit: string;
  /** Said when all went well. */
  done: string;
  /** What is done with each that was chosen. */
  each: (picked: P) => Promise<unknown>;
  onClose: () => void;
}

/** Chooses some of a kind, and does something with each: attaches policies, adds members. What fails stays chosen. */
export function PickDialog<P extends Picked>(props: PickDialogProps<P>) {
  return props.open ? <OpenPickDialog {...props} /> : null;
}

function OpenPickDialog<P extends Picked>({ title, picker: Chooser, label, taken, submit, done, each, onClose }: PickDialogProps<P>) {
  const [chosen, setChosen] = useState<P[]>([]);
  const batch = useBatch();
  const send = async () => {
    const succeeded = new Set<string>();
    const all = await batch.run(chosen, async (picked) => {
      await each(picked);
      succeeded.add(picked.id);
    });
    setChosen((now) => now.filter((picked) => !succeeded.has(picked.id)));
    if (!all) return;
    toast("success", done);
    onClose();
  };
  return (
    <FormDialog
      open
      width="wide"
      title={title}
      submit={submit}
      onSubmit={() => void send()}
      onClose={onClose}
      busy={batch.progress !== undefined}
      disabled={chosen.length === 0}
    >
      <Chooser label={label} value={chosen} onChange={setChosen} {...(taken ? { taken } : {})} />
      <BatchState batch={batch} />
    </FormDialog>
  );
}
