import i18next from "i18next";
import { describe, expect, it, vi } from "vitest";
import { INTERPOLATION } from ".";
import ar from "./ar";
import de from "./de";
import en from "./en";

type Words = { [key: string]: string | Words };

const PLURAL = /_(zero|one|two|few|many|other)$/;

/** Every key, without its plural form, and the names that its text has a place for. */
function texts(words: Words, path = ""): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>();
  for (const [key, value] of Object.entries(words)) {
    const name = path + key.replace(PLURAL, "");
    if (typeof value !== "string") for (const [inner, names] of texts(value, `${name}.`)) found.set(inner, names);
    else {
      const names = found.get(name) ?? new Set();
      for (const [, one] of value.matchAll(/\{\{(\w+)\}\}/g)) if (one) names.add(one);
      found.set(name, names);
    }
  }
  return found;
}

/** The plural forms that each key is told in. */
function forms(words: Words, path = ""): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>();
  for (const [key, value] of Object.entries(words)) {
    if (typeof value !== "string") for (const [inner, all] of forms(value, `${path}${key}.`)) found.set(inner, all);
    const form = PLURAL.exec(key)?.[1];
    if (form) {
      const name = path + key.replace(PLURAL, "");
      found.set(name, (found.get(name) ?? new Set()).add(form));
    }
  }
  return found;
}

describe.each([
  ["de", de],
  ["ar", ar],
])("the words of %s", (language, words) => {
  const english = texts(en);
  const theirs = texts(words);

  it("say all that the English say, and nothing else", () => {
    expect([...theirs.keys()].sort()).toEqual([...english.keys()].sort());
  });

  it("have places for the same names", () => {
    const differ = [...theirs].filter(([key, names]) => [...names].some((name) => name !== "count" && !english.get(key)?.has(name))); // prettier-ignore
    expect(differ).toEqual([]);
  });

  it("have every plural form of the language", () => {
    const needed = new Intl.PluralRules(language).resolvedOptions().pluralCategories;
    const missing = [...forms(words as unknown as Words)].filter(([, all]) => needed.some((form) => !all.has(form)));
    expect(missing.map(([key]) => key)).toEqual([]);
  });
});

describe("counts", () => {
  it("are written as where one lives, and a ticket's number as it is", async () => {
    vi.stubGlobal("navigator", { languages: ["en-GB"] });
    await i18next.init({
      lng: "en",
      resources: { en: { words: en } },
      defaultNS: "words",
      interpolation: INTERPOLATION,
      showSupportNotice: false,
    });
    expect(i18next.t("settings.audit.whole", { count: 12345 })).toContain("12,345 rows");
    expect(i18next.t("ticket.opened", { number: 12345 })).toContain("12345");
  });
});
