/** Files that the hub makes: asked for, looked after, fetched. */
import { api, ask, Refusal, type Schemas } from "../api/client";

export type Export = Schemas["ExportPayload"];
export type Asked = Schemas["CreateExport"];

export const fileOf = (id: string) => `/api/v1/exports/${id}/file`;

export const begin = (body: Asked) => ask(api.POST("/api/v1/exports", { body }));

export const lookAt = (id: string) =>
  ask(api.GET("/api/v1/exports/{export_id}", { params: { path: { export_id: id } } }));

export const giveUp = (id: string) =>
  ask(api.DELETE("/api/v1/exports/{export_id}", { params: { path: { export_id: id } } }));

/** How far it is, from 0 to 1; null before its rows were counted. Pure. */
export function shareOf(one: Pick<Export, "status" | "rowsDone" | "rowsExpected">): number | null {
  if (one.status === "done") return 1;
  if (!one.rowsExpected) return null;
  return Math.min(1, one.rowsDone / one.rowsExpected);
}

/** Excel takes semicolons where a comma stands before decimals. Pure. */
export function separatorFor(language: string): "comma" | "semicolon" {
  return new Intl.NumberFormat(language).format(1.5).includes(",") ? "semicolon" : "comma";
}

/** A file that is made while one waits: it is kept under the name that the hub gives it. */
export async function fetchFile(address: string, name: string): Promise<void> {
  const answer = await fetch(address, { credentials: "same-origin", cache: "no-store" }).catch(() => {
    throw new Refusal(0);
  });
  if (!answer.ok) throw new Refusal(answer.status, await answer.json().catch(() => null));
  keep(URL.createObjectURL(await answer.blob()), name);
}

/** As a click on a link would. */
export function keep(address: string, name: string): void {
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  document.body.append(link);
  link.click();
  link.remove();
  if (address.startsWith("blob:")) setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
