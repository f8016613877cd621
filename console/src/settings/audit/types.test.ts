import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import en from "../../words/en";

test("each event that the hub can record has a name", () => {
  const text = readFileSync(new URL("../../../../docs/events.schema.json", import.meta.url), "utf8");
  const types = new Set([...text.matchAll(/"const": "([a-z_]+\.[a-z_]+)"/g)].map(([, type]) => type ?? ""));
  const named: Record<string, Record<string, string>> = en.settings.audit.types;
  const isNamed = (type: string) => named[type.split(".")[0] ?? ""]?.[type.split(".")[1] ?? ""] !== undefined;
  expect(types.size).toBeGreaterThan(30);
  expect([...types].filter((type) => !isNamed(type))).toEqual([]);
});
