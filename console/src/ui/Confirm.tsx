import type { ReactNode } from "react";
import { FormDialog } from "./FormDialog";
import { useSending } from "./sending";

interface Props {
  title: string;
  does: string;
  onConfirm: () => Promise<unknown>;
  onClose: () => void;
  /** What follows from it. */
  children: ReactNode;
  isDanger?: boolean;
}

/** Before something that cannot be undone. */
export function Confirm({ title, does, onConfirm, onClose, children, isDanger = true }: Props) {
  const sending = useSending();
  return (
    <FormDialog {...{ title, does, sending, onClose, isDanger }} onSend={onConfirm}>
      <p className="soft">{children}</p>
    </FormDialog>
  );
}
