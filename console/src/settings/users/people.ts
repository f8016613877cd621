/** How people of a desk stand. */
import type { Schemas } from "../../api/client";
import type { Tone } from "../../ui/Pill";

export type Person = Schemas["UserPayload"];
export const ROLES = ["USER", "AGENT", "ADMIN"] as const;
export type DeskRole = (typeof ROLES)[number];
export type Standing = "erased" | "inactive" | "invited" | "unconfirmed" | "active";

/** The one thing about somebody that matters most. */
export function standing(person: Pick<Person, "isActive" | "invitedAt" | "emailConfirmed" | "email">): Standing {
  if (isErased(person)) return "erased";
  if (!person.isActive) return "inactive";
  if (person.invitedAt) return "invited";
  return person.emailConfirmed ? "active" : "unconfirmed";
}

export const TONES: Record<Standing, Tone> = {
  erased: "plain",
  inactive: "plain",
  invited: "waits",
  unconfirmed: "rests",
  active: "good",
};

/** Nobody any more: an address below a name that never resolves (RFC 2606), as the hub gives to who was erased. */
export function isErased(person: Pick<Person, "email">): boolean {
  return person.email.endsWith("@erased.invalid");
}

export function isDeskRole(role: string): role is DeskRole {
  return (ROLES as readonly string[]).includes(role);
}
