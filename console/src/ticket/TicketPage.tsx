import type { ReactNode } from "react";
export function TicketPage(_: { id: string; onClose: () => void; badge: ReactNode }) {
  return null;
}
