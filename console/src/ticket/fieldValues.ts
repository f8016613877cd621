/** Values of custom fields as they are typed. Pure. */
import type { CustomField } from "../live/fields";

/** What stands in the box. */
export function asInput(value: unknown): string {
  return typeof value === "string" || typeof value === "number" ? String(value) : "";
}

/** What is saved; null for nothing. */
export function asValue(type: CustomField["type"], typed: string): unknown {
  const text = typed.trim();
  if (text === "") return null;
  return type === "number" && Number.isFinite(Number(text)) ? Number(text) : text;
}
