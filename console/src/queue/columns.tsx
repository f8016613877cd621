/** What a list shows of a ticket, and how wide. */
import type { ReactNode } from "react";
import { PersonName } from "../ui/Avatar";
import { Deadline } from "../ui/Deadline";
import { PriorityMark, StatusMark, Tag } from "../ui/Marks";
import { Time } from "../ui/Time";
import type { SortBy } from "./asked";
import type { Ticket } from "./useLiveList";

export const COLUMNS = [
  "number",
  "title",
  "status",
  "priority",
  "requester",
  "createdBy",
  "assignedTo",
  "team",
  "tags",
  "slaDueAt",
  "lastActivityAt",
  "createdAt",
  "updatedAt",
] as const;
export type ColumnName = (typeof COLUMNS)[number];

const WIDTHS: Record<ColumnName, string> = {
  number: "56px",
  title: "minmax(180px, 1fr)",
  status: "118px",
  priority: "96px",
  requester: "minmax(90px, 150px)",
  createdBy: "minmax(90px, 150px)",
  assignedTo: "minmax(90px, 150px)",
  team: "minmax(70px, 120px)",
  tags: "minmax(80px, 160px)",
  slaDueAt: "minmax(90px, 140px)",
  lastActivityAt: "84px",
  createdAt: "84px",
  updatedAt: "84px",
};

/** By which of them the hub sorts. */
export const SORTS: Partial<Record<ColumnName, NonNullable<SortBy>>> = {
  number: "number",
  title: "title",
  status: "status",
  priority: "priority",
  assignedTo: "assignedTo",
  slaDueAt: "slaDueAt",
  createdAt: "createdAt",
  updatedAt: "updatedAt",
};

/** For `grid-template-columns`; the first is the box to select with. */
export function widths(columns: readonly ColumnName[]): string {
  return ["28px", ...columns.map((name) => WIDTHS[name])].join(" ");
}

export function isColumn(name: string): name is ColumnName {
  return (COLUMNS as readonly string[]).includes(name);
}

interface Labels {
  nobody: string;
}

export function cell(name: ColumnName, ticket: Ticket, { nobody }: Labels): ReactNode {
  switch (name) {
    case "number":
      return <span className="faint">{ticket.number}</span>;
    case "title":
      return null; // the row's own: it is the link
    case "status":
      return <StatusMark status={ticket.status} />;
    case "priority":
      return <PriorityMark priority={ticket.priority} />;
    case "requester":
      return <PersonName name={ticket.requester.name} nobody={nobody} />;
    case "createdBy":
      return <PersonName name={ticket.createdBy.name} nobody={nobody} />;
    case "assignedTo":
      return <PersonName name={ticket.assignedTo?.name} nobody={nobody} />;
    case "team":
      return <span className="clip">{ticket.team?.name}</span>;
    case "tags":
      return ticket.tags.map((tag) => <Tag key={tag} name={tag} />);
    case "slaDueAt":
      return ticket.sla && <Deadline sla={ticket.sla} />;
    default:
      return <Time at={ticket[name]} className="faint" />;
  }
}
