/** The templates of all kinds of mail. */
import { queryOptions } from "@tanstack/react-query";
import { api, ask, type Schemas } from "../../api/client";

export type Template = Schemas["MailTemplatePayload"];
export const PARTS = ["subject", "text", "html"] as const;
export type Part = (typeof PARTS)[number];

export const listTemplates = queryOptions({
  queryKey: ["settings", "templates"],
  queryFn: async () => (await ask(api.GET("/api/v1/mail-templates"))).data,
});

/** The text with a placeholder where the cursor is, and where the cursor is then. */
export function inserted(text: string, from: number, to: number, name: string): { text: string; at: number } {
  const placeholder = `{{ ${name} }}`;
  return { text: text.slice(0, from) + placeholder + text.slice(to), at: from + placeholder.length };
}
