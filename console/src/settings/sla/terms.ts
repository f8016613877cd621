/** A policy's terms as a form has them, and back. Pure. */
import type { Schemas } from "../../api/client";

export type Policy = Schemas["SlaPolicyPayload"];
export type Escalation = Schemas["SlaEscalation"];
export const DAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"] as const;
export type Day = (typeof DAYS)[number];
export type Opening = Schemas["SlaOpening"];

const SPAN = /^(\d{1,2}:\d\d)\s*[-–]\s*(\d{1,2}:\d\d)$/;
const DATE = /^(\d{4}-\d\d-\d\d)(?:\s+(.*))?$/;

/** "09:00–12:00, 13:00–17:00" */
export function asText(openings: readonly Opening[]): string {
  return openings.map((one) => `${one.opens}–${one.closes}`).join(", ");
}

/** Null where it cannot be read; nothing written is a day on which nobody is there. */
export function asOpenings(text: string): Opening[] | null {
  const found: Opening[] = [];
  for (const part of text.split(",").map((one) => one.trim())) {
    if (!part) continue;
    const [, opens, closes] = SPAN.exec(part) ?? [];
    if (!opens || !closes) return null;
    found.push({ opens: opens.padStart(5, "0"), closes: closes.padStart(5, "0") });
  }
  return found;
}

/** A date in each line, with its own openings behind it; none: closed. */
export function daysAsText(days: readonly Schemas["SlaDay"][]): string {
  return days.map((one) => [one.date, asText(one.openings ?? [])].filter(Boolean).join(" ")).join("\n");
}

export function asDays(text: string): Schemas["SlaDay"][] | null {
  const found: Schemas["SlaDay"][] = [];
  for (const line of text.split("\n").map((one) => one.trim())) {
    if (!line) continue;
    const [, date, rest = ""] = DATE.exec(line) ?? [];
    const openings = asOpenings(rest);
    if (!date || !openings) return null;
    found.push({ date, openings, name: "" });
  }
  return found;
}

export function words(text: string): string[] {
  return text.split(",").map((one) => one.trim()).filter(Boolean); // prettier-ignore
}

/** Whole minutes, or nothing promised. */
export function minutes(text: string): number | null {
  return text.trim() === "" ? null : Number(text);
}

export interface Done {
  notifyAssignee: boolean;
  notifyTeam: boolean;
  assignToId: string;
  priority: string;
}

const NOTHING: Done = { notifyAssignee: false, notifyTeam: false, assignToId: "", priority: "" };

/** What is done at a warning and at a breach; null where the form cannot show it all, and leaves it as it is. */
export function doneAt(escalations: readonly Escalation[]): { warning: Done; breach: Done } | null {
  const found = { warning: NOTHING, breach: NOTHING };
  for (const one of escalations) {
    if (one.clocks?.length || one.notifyIds?.length || found[one.on] !== NOTHING) return null;
    found[one.on] = {
      notifyAssignee: one.notifyAssignee ?? false,
      notifyTeam: one.notifyTeam ?? false,
      assignToId: one.assignToId ?? "",
      priority: one.priority ?? "",
    };
  }
  return found;
}

export function asEscalations(done: { warning: Done; breach: Done }): Escalation[] {
  return (["warning", "breach"] as const).flatMap((on): Escalation[] => {
    const { notifyAssignee, notifyTeam, assignToId, priority } = done[on];
    if (!notifyAssignee && !notifyTeam && !assignToId && !priority) return [];
    const more = { assignToId: assignToId || null, priority: (priority || null) as Escalation["priority"] };
    return [{ on, clocks: [], notifyAssignee, notifyTeam, notifyIds: [], ...more }];
  });
}
