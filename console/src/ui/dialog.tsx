import { useEffect, useId, useRef, useState, type FormEvent, type ReactNode } from "react";
import ConfigProvider from "tdesign-react/es/config-provider";
import { common, useText } from "@/i18n";
import { Button } from "./button";
import { TextField } from "./fields";
import { CloseIcon } from "./icons";
import { Alert, ErrorNotice } from "./notice";

interface DialogProps {
  open: boolean;
  title: string;
  onClose: () => void;
  children: ReactNode;
  /** Buttons at the end; a close button without. */
  footer?: ReactNode;
  width?: "narrow" | "medium" | "wide";
  /** A drawer comes from the side and is as high as the window: for lists and details beside the page. */
  side?: boolean;
  /** Whether Escape and the cross close it. Work that cannot be stopped says no. */
  closable?: boolean;
}

/** A dialog over the page. The browser keeps the focus inside, gives it back, and closes it with Escape. */
export function Dialog(props: DialogProps) {
  // Its content is made anew each time it opens: no input of the last time is in it.
  return props.open ? <OpenDialog {...props} /> : null;
}

/** A dialog at the right side of the window. */
export function Drawer(props: Omit<DialogProps, "side">) {
  return <Dialog {...props} side />;
}

function OpenDialog({ title, onClose, children, footer, width = "medium", side = false, closable = true }: DialogProps) {
  const text = useText(common);
  const id = useId();
  const ref = useRef<HTMLDialogElement>(null);
  const [dialog, setDialog] = useState<HTMLDialogElement | null>(null);
  useEffect(() => {
    const node = ref.current;
    if (!node) return undefined;
    const before = document.activeElement;
    node.showModal();
    setDialog(node);
    return () => {
      node.close();
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
  return (
    <dialog
      ref={ref}
      className={`ui-dialog ui-dialog-${width} ${side ? "ui-dialog-side" : ""}`}
      aria-labelledby={id}
      onCancel={(event) => {
        event.preventDefault();
        if (closable) onClose();
      }}
    >
      <header>
        <h2 id={id}>{title}</h2>
        {closable && (
          <button type="button" className="ui-iconbutton" aria-label={text("close")} onClick={onClose}>
            <CloseIcon />
          </button>
        )}
      </header>
      {/* Lists of selects open inside the dialog: outside they would lie below it. */}
      <ConfigProvider globalConfig={dialog ? { attach: { popup: () => dialog } } : {}}>
        <div className="ui-dialog-body">{children}</div>
      </ConfigProvider>
      <footer>{footer ?? <Button onClick={onClose}>{text("close")}</Button>}</footer>
    </dialog>
  );
}

interface FormDialogProps {
  open: boolean;
  title: string;
  onClose: () => void;
  onSubmit: () => void;
  submit: string;
  children: ReactNode;
  busy?: boolean;
  error?: unknown;
  disabled?: boolean;
  danger?: boolean;
  width?: "narrow" | "medium" | "wide";
  side?: boolean;
}

/** A dialog with a form: Enter submits it, its error shows above the buttons. */
export function FormDialog({ children, onSubmit, submit, busy = false, error, disabled = false, danger = false, ...dialog }: FormDialogProps) {
  const text = useText(common);
  const id = useId();
  const send = (event: FormEvent) => {
    event.preventDefault();
    if (!busy && !disabled) onSubmit();
  };
  return (
    <Dialog
      {...dialog}
      closable={!busy}
      footer={
        <>
          <Button onClick={dialog.onClose} disabled={busy}>
            {text("cancel")}
          </Button>
          <Button kind={danger ? "danger" : "primary"} type="submit" form={id} busy={busy} disabled={disabled}>
            {submit}
          </Button>
        </>
      }
    >
      <form id={id} onSubmit={send} noValidate className="ui-form">
        {children}
        <ErrorNotice error={error} />
      </form>
    </Dialog>
  );
}

interface ConfirmDangerProps {
  open: boolean;
  title: string;
  onClose: () => void;
  onConfirm: () => void;
  /** The verb on the button. */
  confirm: string;
  /** What is done, and what goes with it. */
  children: ReactNode;
  /** A name to be typed first, for what cannot be undone. */
  typeName?: string;
  /** What else has to be entered, such as a code. */
  fields?: ReactNode;
  disabled?: boolean;
  busy?: boolean;
  error?: unknown;
}

/** Asks before something is destroyed, and says what goes with it. */
export function ConfirmDanger(props: ConfirmDangerProps) {
  return props.open ? <OpenConfirm {...props} /> : null;
}

function OpenConfirm({ title, onClose, onConfirm, confirm, children, typeName, fields, disabled = false, busy = false, error }: ConfirmDangerProps) {
  const text = useText(common);
  const [typed, setTyped] = useState("");
  return (
    <FormDialog
      open
      danger
      width="narrow"
      title={title}
      onClose={onClose}
      onSubmit={onConfirm}
      submit={confirm}
      busy={busy}
      error={error}
      disabled={disabled || (typeName !== undefined && typed !== typeName)}
    >
      <Alert kind="warning">{children}</Alert>
      {fields}
      {typeName !== undefined && <TextField label={text("typeToConfirm", { name: typeName })} value={typed} onChange={setTyped} autoComplete="off" />}
    </FormDialog>
  );
}
