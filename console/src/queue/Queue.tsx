import type { ReactNode } from "react";
export function Queue(_: { path: string; openTicketId: string | null; badge: ReactNode }) {
  return null;
}
