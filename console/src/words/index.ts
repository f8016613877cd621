/** All text of the page: one file a language, with the same keys; English is there at once, others are fetched. */
import i18next, { type InterpolationOptions, type Resource } from "i18next";
import { useSyncExternalStore } from "react";
import { part } from "../api/parts";
import en from "./en";

export const LANGUAGES = { en: "English", de: "Deutsch", ar: "العربية" } as const;
export type Language = keyof typeof LANGUAGES;
const RIGHT_TO_LEFT: readonly string[] = ["ar"];
const KEPT_AT = "hub.language";

const OTHERS: Record<Exclude<Language, "en">, () => Promise<{ default: Resource[string] }>> = {
  de: () => part(() => import("./de")),
  ar: () => part(() => import("./ar")),
};

declare module "i18next" {
  interface CustomTypeOptions {
    defaultNS: "words";
    resources: { words: typeof en };
  }
}

function isLanguage(name: string): name is Language {
  return name in LANGUAGES;
}

/** What was chosen, else the first of the browser's languages that there is. */
export function preferredLanguage(kept: string | null, browsers: readonly string[]): Language {
  const wanted = [kept ?? "", ...browsers.map((one) => one.split("-")[0] ?? "")];
  return wanted.find(isLanguage) ?? "en";
}

/** A count is written as where one lives: 1,234 and ١٬٢٣٤. What is called `number` is a ticket's, and stays. */
export const INTERPOLATION: InterpolationOptions = {
  escapeValue: false,
  alwaysFormat: true,
  format: (value: unknown, _format, _language, options) =>
    typeof value === "number" && options?.["interpolationkey"] === "count"
      ? new Intl.NumberFormat(currentLocale()).format(value)
      : (value as string), // also what is missing, which is told of elsewhere
};

export async function beginWords(): Promise<void> {
  await i18next.init({
    lng: "en",
    fallbackLng: "en",
    defaultNS: "words",
    resources: { en: { words: en } },
    interpolation: INTERPOLATION,
    showSupportNotice: false,
  });
  await speak(preferredLanguage(localStorage.getItem(KEPT_AT), navigator.languages));
}

/** From now on in this language; the page's direction follows. */
export async function speak(language: Language): Promise<void> {
  if (language !== "en" && !i18next.hasResourceBundle(language, "words")) {
    i18next.addResourceBundle(language, "words", (await OTHERS[language]()).default);
  }
  await i18next.changeLanguage(language);
  document.documentElement.lang = language;
  document.documentElement.dir = RIGHT_TO_LEFT.includes(language) ? "rtl" : "ltr";
}

export async function chooseLanguage(language: Language): Promise<void> {
  localStorage.setItem(KEPT_AT, language);
  await speak(language);
}

export function currentLanguage(): Language {
  return isLanguage(i18next.language) ? i18next.language : "en";
}

/** The language as it is written where one lives: en-GB for English in Britain, where the browser says so. */
export function currentLocale(): string {
  return localeOf(currentLanguage(), navigator.languages);
}

export function localeOf(language: Language, browsers: readonly string[]): string {
  return browsers.find((one) => one.split("-")[0] === language) ?? language;
}

const subscribe = (listener: () => void): (() => void) => {
  i18next.on("languageChanged", listener);
  return () => i18next.off("languageChanged", listener);
};

/** The words in the present language; draws anew when that is another. */
export function useWords(): { t: typeof i18next.t } {
  useSyncExternalStore(subscribe, () => i18next.language);
  return i18next;
}

export { default as words } from "i18next";
