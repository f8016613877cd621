/** How people of a desk stand. */
import type { Schemas } from "../../api/client";
import type { Tone } from "../../ui/Pill";

export type Person = Schemas["UserPayload"];
export const ROLES = ["USER", "AGENT", "ADMIN"] as const;
export type DeskRole = (typeof ROLES)[number];
export type Standing = "inactive" | "invited" | "unconfirmed" | "active";

/** The one thing about somebody that matters most. */
export function standing(person: Pick<Person, "isActive" | "invitedAt" | "emailConfirmed">): Standing {
  if (!person.isActive) return "inactive";
  if (person.invitedAt) return "invited";
  return person.emailConfirmed ? "active" : "unconfirmed";
}

export const TONES: Record<Standing, Tone> = {
  inactive: "plain",
  invited: "waits",
  unconfirmed: "rests",
  active: "good",
};

export function isDeskRole(role: string): role is DeskRole {
  return (ROLES as readonly string[]).includes(role);
}
